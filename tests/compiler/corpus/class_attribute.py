# keeps: 0 1 3
class Registry:
    items = []
    def put(self, x):
        self.items.append(x)
# %%
Registry().put(1)
# %%
alone = 4
# %%
result = Registry.items
