# keeps: 0 1 2
import math, itertools
it = iter([1, 2, 3, 4])
# %%
total = math.fsum(itertools.islice(it, 2))
# %%
result = list(it)
