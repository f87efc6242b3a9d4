# keeps: 0 1 2 3
import pandas as pd
df = pd.DataFrame({"v": [1, 2]})
# %%
factor = 10
# %%
def scale(v):
    return v * factor
# %%
result = df.v.apply(scale).tolist()
