# keeps: 0 1 3
import copy
a = {"x": [1]}
# %%
a["x"].append(2)
# %%
b = copy.deepcopy(a)
b["x"].append(3)
# %%
result = a
