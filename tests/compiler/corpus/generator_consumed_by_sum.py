# keeps: 0 1 2
xs = (i for i in range(4))
# %%
total = sum(xs)
# %%
result = list(xs)
