# keeps: 0 1 2
import io, logging
buf = io.StringIO()
logger = logging.getLogger("pipe")
logger.addHandler(logging.StreamHandler(buf))
# %%
logger.warning("x")
# %%
result = buf.getvalue()
