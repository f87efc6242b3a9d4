# keeps: 0 1 2 3
import pandas as pd
frame = pd.DataFrame({"tags": [["a"], ["b"]]})
# %%
frame["tags"][0].append("c")
# %%
frame.at[1, "tags"].extend(["d"])
# %%
result = frame["tags"].tolist()
