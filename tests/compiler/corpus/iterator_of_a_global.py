# keeps: 0 1 3
rows = [1, 2, 3]
def start():
    global source
    source = iter(rows)
start()
# %%
def take(items):
    return next(items)
first = take(source)
# %%
k = 1
# %%
result = list(source)
