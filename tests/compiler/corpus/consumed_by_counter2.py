# keeps: 0 1 2
from collections import Counter
it = iter("abcd")
# %%
c = Counter(it)
# %%
result = list(it)
