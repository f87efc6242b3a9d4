# keeps: 0 1 3
class Config:
    values = {"a": 1}
    def __getitem__(self, key):
        return self.values[key]
    def __setitem__(self, key, value):
        self.values[key] = value
# %%
Config()["a"] = 3
# %%
k = 1
# %%
result = Config()["a"]
