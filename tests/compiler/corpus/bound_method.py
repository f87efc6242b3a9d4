# keeps: 0 1 2
acc = []
push = acc.append
# %%
push(1)
# %%
result = acc
