# keeps: 0 1 3
def scaled(x):
    return x * factor
# %%
factor = 2
# %%
first = scaled(1)
# %%
result = scaled(5)
