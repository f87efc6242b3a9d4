# keeps: 0 1 2 4
import random
# %%
random.seed(3)
# %%
first = random.random()
# %%
constant = 4
# %%
result = random.random()
