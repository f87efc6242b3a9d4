# keeps: 0 1 2
class C:
    n = 0
    def __init__(self):
        type(self).n += 1
# %%
C()
# %%
result = C.n
