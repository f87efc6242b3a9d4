# keeps: 0 1 2
log = []
class D:
    def __get__(self, obj, t=None):
        log.append(1)
        return 1
class K:
    d = D()
k = K()
# %%
k.d
# %%
result = log
