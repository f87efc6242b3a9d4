# keeps: 0 1 2 3
acc = []
def add(x):
    acc.append(x)
rows = [[1], [2]]
# %%
list(map(add, rows))
# %%
rows[0].append(3)
# %%
result = acc
