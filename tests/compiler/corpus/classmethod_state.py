# keeps: 0 1 2
class C:
    items = []
    @classmethod
    def add(cls, x):
        cls.items.append(x)
# %%
C.add(1)
# %%
result = C.items
