# keeps: 0 1
vars()["zz"] = 3
# %%
result = zz
