# keeps: 0 1 2
it = iter([1, 2, 3])
l = [0]
# %%
l[0:0] = it
# %%
result = list(it)
