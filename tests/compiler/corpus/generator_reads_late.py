# keeps: 0 1 2
k = 1
xs = (i * k for i in range(3))
# %%
k = 5
# %%
result = list(xs)
