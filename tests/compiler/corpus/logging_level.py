# keeps: 0 1 2
import logging
# %%
logging.getLogger("pipe").setLevel(logging.DEBUG)
# %%
result = logging.getLogger("pipe").level
