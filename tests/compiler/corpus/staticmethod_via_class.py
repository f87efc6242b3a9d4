# keeps: 0 1 2
class K:
    @staticmethod
    def add(xs, v):
        xs.append(v)
l = []
# %%
K.add(l, 1)
# %%
result = l
