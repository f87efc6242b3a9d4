# keeps: 0 1 2 3
xs = []
def adder(v):
    return lambda: xs.append(v)
# %%
f = adder(3)
# %%
f()
# %%
result = xs
