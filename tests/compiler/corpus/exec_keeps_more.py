# keeps: 0 1 2 3
a = 1
# %%
text = "b = a + 1"
# %%
exec(text)
# %%
result = b
