# keeps: 0 1 3
import json, tempfile, os
folder = tempfile.mkdtemp()
# %%
with open(os.path.join(folder, "a.json"), "w") as f:
    json.dump([1, 2], f)
# %%
note = "nothing"
# %%
with open(os.path.join(folder, "a.json")) as f:
    result = json.load(f)
