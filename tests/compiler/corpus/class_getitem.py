# keeps: 0 1 2
log = []
class K:
    def __class_getitem__(cls, item):
        log.append(item)
        return cls
# %%
K[int]
# %%
result = log
