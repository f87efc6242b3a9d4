# keeps: 0 2
import logging
log = logging.getLogger("x")
# %%
log.info("hello")
# %%
log.info("done")
result = 3
