# keeps: 0 1 2
import pandas as pd
df = pd.DataFrame({"a": [1, 2]})
def add(d):
    d["b"] = 1
    return d
# %%
df.pipe(add)
# %%
result = df
