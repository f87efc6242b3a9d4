# keeps: 0 1 2
n = 5
# %%
f = lambda x, k=n: x + k
# %%
result = f(1)
