# keeps: 0 1 3
rate = 2
f = lambda x: x * rate
# %%
rate = 3
# %%
y = f(1)
# %%
result = f(2)
