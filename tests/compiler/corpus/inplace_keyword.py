# keeps: 0 1 2 4
import pandas as pd
# %%
df = pd.DataFrame({"a": [3, 1, 2]})
# %%
df.sort_values("a", inplace=True)
# %%
df.head()
df.describe()
summary = df.a.mean()
# %%
result = df.a.tolist()
