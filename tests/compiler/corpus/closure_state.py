# keeps: 0 1 2 4
def make():
    n = 0
    def step():
        nonlocal n
        n += 1
        return n
    return step
# %%
step = make()
# %%
step()
# %%
other = make()
# %%
result = step()
