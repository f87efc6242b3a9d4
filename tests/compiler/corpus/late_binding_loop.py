# keeps: 0 2
fs = [lambda: i for i in range(3)]
# %%
i = 10
# %%
result = [f() for f in fs]
