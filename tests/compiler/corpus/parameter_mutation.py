# keeps: 0 1 2 4
def grow(items):
    items.append(len(items))
# %%
data = []
# %%
grow(data)
# %%
other = []
grow(other)
# %%
result = list(data)
