# keeps: 0 1 2
from functools import partial
acc = []
push = partial(acc.append)
# %%
push(1)
# %%
result = acc
