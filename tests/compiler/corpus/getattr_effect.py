# keeps: 0 1 2
seen = []
class K:
    def __getattr__(self, name):
        seen.append(name)
        return 3
k = K()
# %%
k.foo
# %%
result = seen
