# keeps: 1
ready = True
# %%
try:
    limit
except NameError:
    limit = 5
result = limit
