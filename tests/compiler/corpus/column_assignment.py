# keeps: 0 1 3 4
import pandas as pd
# %%
df = pd.DataFrame({"a": [1, 2]})
# %%
copy = df.copy()
copy["z"] = 9
# %%
df["b"] = df.a * 2
# %%
result = df.to_dict()
