# keeps: 0 1 3
import os, shutil
os.makedirs("from8", exist_ok=True)
# %%
with open("from8/x.txt", "w") as f:
    f.write("1")
shutil.copytree("from8", "to8", dirs_exist_ok=True)
# %%
note = "nothing"
# %%
result = os.listdir("to8")
