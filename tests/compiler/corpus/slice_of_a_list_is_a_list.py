# keeps: 0 1 2
a = [1, 2, 3]
b = a[1:]
# %%
b.append(4)
# %%
result = b
