# keeps: 0 1 2
import numpy as np, pandas as pd
rs = np.random.RandomState(1)
df = pd.DataFrame({"a": range(10)})
# %%
a = df.sample(2, random_state=rs)
# %%
result = df.sample(2, random_state=rs)
