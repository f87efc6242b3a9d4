# keeps: 0 1 2
a = 2
# %%
import pandas as pd
# %%
result = int(pd.eval("a + 1"))
