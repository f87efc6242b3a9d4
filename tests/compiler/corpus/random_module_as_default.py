# keeps: 0 1 3
import numpy as np
# %%
def noise(rng=np.random):
    return rng.normal()
np.random.seed(1)
# %%
k = 1
# %%
result = noise()
