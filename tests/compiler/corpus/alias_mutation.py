# keeps: 0 2 3
a = [1, 2]
# %%
unused = len(a)
# %%
b = a
b.append(3)
# %%
result = sum(a)
