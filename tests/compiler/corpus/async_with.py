# keeps: 0 1 2
log = []
class A:
    async def __aenter__(self):
        log.append("in")
        return self
    async def __aexit__(self, *a):
        log.append("out")
# %%
async with A():
    pass
# %%
result = log
