# keeps: 0 1 3
base = 4
# %%
class Box:
    size = base
    def volume(self):
        return self.size ** 3
# %%
small = Box()
# %%
result = Box().volume()
