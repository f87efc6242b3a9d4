# keeps: 0 1 2
import random
rng = random.Random(3)
a = list(range(10))
# %%
rng.shuffle(a)
# %%
result = a
