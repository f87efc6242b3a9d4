# keeps: 0 1 2 3
acc = []
# %%
m = map(acc.append, [1, 2])
# %%
list(m)
# %%
result = acc
