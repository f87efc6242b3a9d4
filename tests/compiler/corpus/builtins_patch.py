# keeps: 0 1
import builtins
builtins.sq = lambda x: x * x
# %%
result = sq(3)
