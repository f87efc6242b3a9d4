# keeps: 0 2 3
def scaled(x):
    return x * factor
# %%
factor = 2
first = scaled(1)
# %%
factor = 7
# %%
result = scaled(5)
