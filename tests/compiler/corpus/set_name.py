# keeps: 0 1 2
names = []
class D:
    def __set_name__(self, owner, name): names.append(name)
# %%
class K:
    a = D()
# %%
result = names
