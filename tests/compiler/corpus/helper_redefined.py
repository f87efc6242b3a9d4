# keeps: 1 2
def f():
    return 1
# %%
def f():
    return 2
# %%
result = f()
