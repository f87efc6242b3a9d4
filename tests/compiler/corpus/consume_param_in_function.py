# keeps: 0 1 2
it = iter([1, 2, 3])
def f(xs):
    return sum(xs)
# %%
x = f(it)
# %%
result = list(it)
