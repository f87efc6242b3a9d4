# keeps: 0 1 2
class V:
    def __init__(self): self.n = 0
    def __len__(self):
        self.n += 1
        return 3
v = V()
# %%
len(v)
# %%
result = v.n
