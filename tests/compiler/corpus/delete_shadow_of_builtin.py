# keeps: 0 1 2
list = [1, 2]
n = len(list)
# %%
del list
# %%
result = list(range(n))
