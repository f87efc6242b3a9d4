# keeps: 0 1 2
calls = []
class K:
    def __str__(self):
        calls.append(1)
        return "k"
k = K()
# %%
s = f"{k}"
# %%
result = len(calls)
