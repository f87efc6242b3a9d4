# keeps: 0 1 2 3
acc = []
def add(x):
    acc.append(x)
l = []
# %%
add(l)
# %%
l.append(1)
# %%
result = acc
