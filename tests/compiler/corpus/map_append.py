# keeps: 0 1 2
acc = []
# %%
list(map(acc.append, [1, 2]))
# %%
result = acc
