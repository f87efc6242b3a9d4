# keeps: 0 2
import numpy as np
# %%
np.random.seed(0)
# %%
result = np.arange(3)
