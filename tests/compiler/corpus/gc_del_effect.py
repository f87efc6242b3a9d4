# keeps: 0 1 2
log = []
class K:
    def __del__(self): log.append("bye")
k = K()
# %%
del k
# %%
result = log
