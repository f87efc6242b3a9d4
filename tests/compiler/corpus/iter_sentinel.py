# keeps: 0 1 2
stack = [1, 2, 3]
it = iter(stack.pop, 2)
# %%
xs = list(it)
# %%
result = stack
