# keeps: 0 1
vars().update(zz=3)
# %%
result = zz
