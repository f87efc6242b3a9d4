# keeps: 0 2
from math import *
# %%
unused = 3
# %%
result = pow(2, 3)
