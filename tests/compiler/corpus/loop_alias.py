# keeps: 0 1 2
rows = [[1], [2]]
# %%
for row in rows:
    row.append(0)
# %%
result = rows
