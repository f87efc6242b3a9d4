# keeps: 0 1 3
import os
import tempfile
os.chdir(tempfile.mkdtemp())
# %%
with open("b.json", "w") as handle:
    handle.write("x")
# %%
k = 1
# %%
result = os.listdir()
