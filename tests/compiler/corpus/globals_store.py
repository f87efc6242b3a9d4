# keeps: 0 1 2
a = 1
# %%
globals()["b"] = a + 1
# %%
result = b
