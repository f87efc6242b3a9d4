# keeps: 0 1 4
import pandas as pd
# %%
df = pd.DataFrame({"k": ["a", "b", "a"], "v": [1, 2, 3]})
# %%
by = df.groupby("k").v.sum().reset_index()
by["share"] = by.v / by.v.sum()
# %%
sub = df[df.v > 1]
sub = sub.assign(w=1)
# %%
result = df.v.sum()
