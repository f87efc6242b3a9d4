# keeps: 0 1 2
ls = [[], []]
# %%
list(map(list.append, ls, [1, 2]))
# %%
result = ls
