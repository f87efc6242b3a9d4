# keeps: 0 1 2
import sys, os
os.makedirs("lib8", exist_ok=True)
open("lib8/mod8.py", "w").write("v = 8")
# %%
sys.path.insert(0, "lib8")
# %%
import mod8
result = mod8.v
