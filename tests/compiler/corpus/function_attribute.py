# keeps: 0 1 2
def f():
    f.count = getattr(f, "count", 0) + 1
    return f.count
# %%
f()
# %%
result = f()
