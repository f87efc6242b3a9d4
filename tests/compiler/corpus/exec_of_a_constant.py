# keeps: 0 2 3
a = 1
# %%
z = 4
# %%
exec("b = a + 1")
# %%
result = b
