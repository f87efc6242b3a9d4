# keeps: 0 1 2
from contextlib import contextmanager
trace = []
# %%
@contextmanager
def scope(name):
    trace.append(name)
    yield
    trace.append("/" + name)
# %%
with scope("x"):
    inside = len(trace)
result = (inside, trace)
