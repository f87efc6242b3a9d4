# keeps: 0 1 2 3
calls = {}
# %%
def counted(f):
    def inner(*args):
        calls[f.__name__] = calls.get(f.__name__, 0) + 1
        return f(*args)
    return inner
# %%
@counted
def double(x):
    return 2 * x
# %%
result = [double(4), calls]
