# keeps: 0 2
try:
    import quite_missing_module as json
except ImportError:
    import json
# %%
noise = json.dumps({})
# %%
result = json.dumps([1])
