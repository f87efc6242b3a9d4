# keeps: 0 2
import pandas as pd
df = pd.DataFrame({"a": [1, 2]})
def clean(d):
    d = d.copy()
    d["b"] = 1
    return d
# %%
c = clean(df)
# %%
result = df
