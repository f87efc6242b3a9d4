# keeps: 0 1 2
import sys
# %%
sys.modules[__name__].zz = 4
# %%
result = zz
