# keeps: 0 1 2 4
class Counter:
    def __init__(self):
        self.n = 0
    def add(self, k):
        self.n += k
        return self
    def show(self):
        return self.n
# %%
c = Counter()
# %%
c.add(2)
# %%
seen = c.show()
# %%
result = c.add(3).show()
