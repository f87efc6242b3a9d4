# keeps: 0 1 2
import os
# %%
open("made.txt", "w").close()
# %%
result = os.listdir(".")
