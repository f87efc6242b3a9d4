# keeps: 0 1 2
class K:
    @staticmethod
    def add(v, xs):
        xs.append(v)
l = []
# %%
K.add(1, l)
# %%
result = l
