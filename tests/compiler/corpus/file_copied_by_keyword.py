# keeps: 0 1 3
import os, shutil, tempfile
folder = tempfile.mkdtemp()
with open(os.path.join(folder, "a.txt"), "w") as f:
    f.write("1")
# %%
shutil.copy(os.path.join(folder, "a.txt"), dst=os.path.join(folder, "b.txt"))
# %%
note = "nothing"
# %%
with open(os.path.join(folder, "b.txt")) as f:
    result = f.read()
