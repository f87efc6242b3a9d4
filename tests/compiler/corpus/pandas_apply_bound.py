# keeps: 0 1 2
import pandas as pd
df = pd.DataFrame({"a": [1, 2]})
seen = []
# %%
df["a"].apply(seen.append)
# %%
result = [int(x) for x in seen]
