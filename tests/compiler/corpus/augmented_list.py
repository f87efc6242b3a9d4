# keeps: 0 1 2
a = [1]
b = a
# %%
a += [2]
# %%
result = b
