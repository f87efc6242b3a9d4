# keeps: 0 1 2
it = iter([1, 2, 3])
def f():
    return list(it)
# %%
x = f()
# %%
result = list(it)
