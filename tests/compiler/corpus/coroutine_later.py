# keeps: 0 1 2 3
import asyncio
log = []
async def work(i):
    log.append(i)
    return i
# %%
tasks = [work(i) for i in range(3)]
# %%
await asyncio.gather(*tasks)
# %%
result = sorted(log)
