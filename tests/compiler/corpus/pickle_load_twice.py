# keeps: 0 1 2
import io, pickle
buf = io.BytesIO()
pickle.dump([1], buf); pickle.dump([2], buf)
buf.seek(0)
# %%
first = pickle.load(buf)
# %%
result = pickle.load(buf)
