# keeps: 0 1 2
from functools import lru_cache
@lru_cache
def f(x): return x
# %%
f(1); f(1)
# %%
result = f.cache_info().hits
