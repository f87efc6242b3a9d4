# keeps: 0 3
n = 1
# %%
m = n
m += 5
# %%
n + 1
# %%
result = n
