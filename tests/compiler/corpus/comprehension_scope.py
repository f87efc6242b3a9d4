# keeps: 0 2
x = 10
# %%
squares = [x * x for x in range(3)]
# %%
result = x
