# keeps: 0 1 3
def remember(x, seen=[]):
    seen.append(x)
    return list(seen)
# %%
remember(1)
# %%
unused = 3
# %%
result = remember(2)
