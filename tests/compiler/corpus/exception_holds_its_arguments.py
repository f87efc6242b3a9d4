# keeps: 0 1 3
rows = [1]
def fail(items):
    raise ValueError("no rows", items)
# %%
try:
    fail(rows)
except ValueError as error:
    error.args[1].append(2)
# %%
n = 3
# %%
result = rows
