# keeps: 0 1 2
import functools, operator
acc = []
# %%
functools.reduce(operator.iadd, [[1], [2]], acc)
# %%
result = acc
