# keeps: 0 1 2
from collections import ChainMap
a = {}
c = ChainMap(a)
# %%
c["x"] = 1
# %%
result = a
