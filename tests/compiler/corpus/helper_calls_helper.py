# keeps: 0 1 2 4
def area(r):
    return pi_ish * square(r)
# %%
def square(x):
    return x * x
# %%
pi_ish = 3
# %%
def unrelated():
    return area
# %%
result = area(2)
