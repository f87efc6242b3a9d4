# keeps: 0 1 2 3
import pandas as pd
# %%
df = pd.DataFrame({"a": [3, 1, 2]})
# %%
factor = 2
# %%
result = df.eval("a * @factor").tolist()
