# keeps: 0 1 2
l = []
# %%
list.append(l, 1)
# %%
result = l
