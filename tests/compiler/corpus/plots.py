# keeps: 0 1 3
import pandas as pd
import matplotlib.pyplot as plt
# %%
df = pd.DataFrame({"a": [1, 2]})
# %%
plt.plot(df.a)
fig, ax = plt.subplots()
ax.bar([0, 1], df.a)
plt.show()
# %%
result = df.a.sum()
