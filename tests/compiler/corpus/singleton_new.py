# keeps: 0 1 2
class S:
    _one = None
    def __new__(cls):
        if cls._one is None:
            cls._one = super().__new__(cls)
            cls._one.v = 0
        return cls._one
# %%
S().v = 5
# %%
result = S().v
