# keeps: 0 1 3
import tempfile
from pathlib import Path
folder = Path(tempfile.mkdtemp())
# %%
(folder / "data.csv").write_text("a\n1\n")
# %%
(folder / "report.txt").write_text("done")
# %%
result = (folder / "data.csv").read_text()
