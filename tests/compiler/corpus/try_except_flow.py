# keeps: 0 1 3
d = {}
# %%
try:
    value = d["missing"]
except KeyError:
    value = -1
    d["missing"] = value
# %%
z = 3
# %%
result = (value, d)
