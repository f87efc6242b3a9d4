# keeps: 0 2
import pandas as pd
df = pd.DataFrame({"a": [1, 2]})
# %%
df.rename(columns={"a": "z"}, inplace=False)
# %%
result = df
