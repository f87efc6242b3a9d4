# keeps: 0 1 2
it = iter([1, 2, 3])
l = []
# %%
l += it
# %%
result = list(it)
