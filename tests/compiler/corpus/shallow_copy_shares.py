# keeps: 0 1 2
a = {"x": [1]}
b = dict(a)
# %%
b["x"].append(2)
# %%
result = a
