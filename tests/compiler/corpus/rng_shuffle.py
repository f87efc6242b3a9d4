# keeps: 0 1 2
import numpy as np
rng = np.random.default_rng(0)
a = list(range(10))
# %%
rng.shuffle(a)
# %%
result = a
