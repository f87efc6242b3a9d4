# keeps: 0 1 3
import numpy as np
rng = np.random.default_rng(1)
# %%
first = rng.normal()
# %%
unused = np.arange(3)
# %%
result = rng.normal()
