# keeps: 0 1 2 3
from concurrent.futures import ThreadPoolExecutor
res = {}
def work(i): res[i] = i * i
ex = ThreadPoolExecutor(1)
# %%
fut = ex.submit(work, 2)
# %%
fut.result()
# %%
result = res
