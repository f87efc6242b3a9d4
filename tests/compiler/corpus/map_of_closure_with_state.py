# keeps: 0 1 2
import pandas as pd
def make():
    seen = []
    def note(x):
        seen.append(x)
        return len(seen)
    return note
note = make()
frame = pd.DataFrame({"a": [1, 2]})
# %%
frame["a"].map(note)
# %%
result = note(0)
