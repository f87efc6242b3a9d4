# keeps: 0 1 2 3
log = []
async def work(i):
    log.append(i)
    return i
# %%
c = work(4)
# %%
x = await c
# %%
result = log
