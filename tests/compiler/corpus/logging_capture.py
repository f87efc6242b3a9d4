# keeps: 0 1 2 3
import logging
rec = []
class H(logging.Handler):
    def emit(self, record): rec.append(record.getMessage())
log = logging.getLogger(f"pipe{id(rec)}")
# %%
log.addHandler(H())
# %%
log.warning("x")
# %%
result = rec
