# keeps: 0 1 2 3
last = None
def keep(x):
    global last
    last = x
l = []
# %%
keep(l)
# %%
l.append(1)
# %%
result = last
