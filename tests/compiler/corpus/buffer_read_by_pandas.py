# keeps: 0 1 2
import io
import pandas as pd
buf = io.StringIO("a\n1\n2\n")
# %%
df = pd.read_csv(buf)
# %%
result = buf.read()
