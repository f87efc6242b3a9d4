# keeps: 0 1 2
log = []
class K:
    @property
    def v(self): return self._v
    @v.setter
    def v(self, x):
        log.append(x)
        self._v = x
k = K()
# %%
k.v = 3
# %%
result = log
