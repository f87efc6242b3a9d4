# keeps: 0 1 3
import logging, os, tempfile
path = os.path.join(tempfile.mkdtemp(), "run.log")
# %%
logger = logging.getLogger("file_of_a_log_handler")
logger.addHandler(logging.FileHandler(path))
logger.warning("started")
# %%
note = "nothing"
# %%
with open(path) as f:
    result = f.read()
