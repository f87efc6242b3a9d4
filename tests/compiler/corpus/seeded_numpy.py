# keeps: 0 1 2 3
import numpy as np
np.random.seed(0)
# %%
a = np.random.rand(3)
# %%
def noise(n):
    return np.random.rand(n)
b = noise(2)
# %%
result = noise(2).tolist()
