# keeps: 0 1 2
class Meter:
    def __init__(self):
        self.reads = 0
    @property
    def value(self):
        self.reads += 1
        return self.reads
m = Meter()
# %%
m.value
# %%
result = m.value
