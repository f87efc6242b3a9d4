# keeps: 0 1 2 4
count = 0
# %%
def bump():
    global count
    count += 1
# %%
bump()
# %%
before = count
# %%
bump()
result = count
