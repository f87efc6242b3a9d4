# keeps: 0 1 2 4
import pandas as pd
# %%
df = pd.DataFrame({"a": [3, 1, 2]})
# %%
minimum = 2
# %%
unused = 5
# %%
result = df.query("a >= @minimum").a.tolist()
