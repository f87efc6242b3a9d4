# keeps: 0 1 3
import numpy as np
a = np.zeros(4)
# %%
b = a[1:3]
b[:] = 7
# %%
c = a + 1
c[0] = 9
# %%
result = a.tolist()
