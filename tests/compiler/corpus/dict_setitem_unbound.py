# keeps: 0 1 2
d = {}
# %%
dict.__setitem__(d, "a", 1)
# %%
result = d
