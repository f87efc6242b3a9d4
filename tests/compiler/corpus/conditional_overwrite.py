# keeps: 0 1 3
x = 1
# %%
if x > 5:
    x = 100
# %%
y = x
# %%
result = x
