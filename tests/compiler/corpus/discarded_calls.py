# keeps: 0 1 3
items = [3, 1]
# %%
items.sort()
# %%
items.index(3)
print(items)
len(items)
# %%
result = items
