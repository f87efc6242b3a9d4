# keeps: 0 1 3
from pathlib import Path
Path("written_tool.py").write_text("LEVEL = 7")
import sys
sys.path.insert(0, "")
# %%
def load():
    import written_tool
    return written_tool.LEVEL
loaders = [load]
# %%
k = 1
# %%
result = loaders[0]()
