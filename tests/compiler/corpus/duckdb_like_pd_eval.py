# keeps: 0 1
a, b = 2, 3
import pandas as pd
# %%
result = pd.eval("a + b")
