# keeps: 0 1 2
from os import environ
import subprocess, sys
# %%
environ["PIPE_X"] = "1"
# %%
result = subprocess.run([sys.executable, "-c", "import os; print(os.environ.get('PIPE_X'))"], capture_output=True, text=True).stdout
