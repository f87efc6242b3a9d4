# keeps: 0 1 2
from contextlib import suppress
v = 1
d = {}
# %%
with suppress(KeyError):
    v = d["missing"]
# %%
result = v
