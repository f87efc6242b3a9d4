# keeps: 0 1 2 3
from functools import cached_property
class Box:
    def __init__(self, items):
        self.items = items
    @cached_property
    def size(self):
        return len(self.items)
box = Box([1])
# %%
n = box.size
# %%
box.items.append(2)
# %%
result = box.size
