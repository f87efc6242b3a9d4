# keeps: 0 2
from math import *
# %%
unused = 3
# %%
result = floor(sqrt(17))
