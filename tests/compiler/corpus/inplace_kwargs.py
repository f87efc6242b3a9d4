# keeps: 0 1 2
import pandas as pd
df = pd.DataFrame({"a": [2, 1]})
kw = {"inplace": True}
# %%
df.sort_values("a", **kw)
# %%
result = df
