# keeps: 2
x = 1
# %%
y = x
del x
# %%
x = 2
result = x
