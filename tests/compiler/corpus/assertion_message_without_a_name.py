# keeps: 0 1
rows = [1]
# %%
assert rows, absent
result = rows
