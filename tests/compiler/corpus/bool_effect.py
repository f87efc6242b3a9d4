# keeps: 0 1 2
calls = []
class K:
    def __bool__(self):
        calls.append(1)
        return True
k = K()
# %%
if k:
    y = 1
# %%
result = len(calls)
