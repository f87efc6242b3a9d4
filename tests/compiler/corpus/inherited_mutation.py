# keeps: 0 1 2
class Base:
    def __init__(self):
        self.items = []
    def put(self, x):
        self.items.append(x)
class Child(Base):
    pass
c = Child()
# %%
c.put(1)
# %%
result = c.items
