# keeps: 0 1 2
class D(dict):
    def __missing__(self, k):
        self[k] = 7
        return 7
d = D()
# %%
d["a"]
# %%
result = dict(d)
