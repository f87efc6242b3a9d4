# keeps: 0 1 2
a, b = [1], [2]
# %%
a, b = b, a
# %%
a.append(9)
result = (a, b)
