# keeps: 0 1 2
import numpy as np
a = np.array([1.23456789])
# %%
np.set_printoptions(precision=2)
# %%
result = str(a)
