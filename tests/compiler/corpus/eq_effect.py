# keeps: 0 1 2
calls = []
class K:
    def __eq__(self, o):
        calls.append(1)
        return True
k = K()
# %%
k == 3
# %%
result = len(calls)
