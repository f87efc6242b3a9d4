# keeps: 0 1 3
it = iter([1, 2, 3])
# %%
first = next(it)
# %%
other = 5
# %%
result = list(it)
