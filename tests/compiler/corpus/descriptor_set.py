# keeps: 0 1 2
log = []
class D:
    def __set__(self, obj, v): log.append(v)
    def __get__(self, obj, t=None): return 1
class K:
    d = D()
k = K()
# %%
k.d = 5
# %%
result = log
