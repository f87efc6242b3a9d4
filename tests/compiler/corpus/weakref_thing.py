# keeps: 0 1 2
import weakref
class K: pass
k = K()
r = weakref.ref(k)
# %%
del k
# %%
result = r() is None
