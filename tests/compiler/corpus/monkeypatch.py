# keeps: 0 1 3
import string
# %%
string.capwords = lambda s: s.upper()
# %%
unused = 1
# %%
result = string.capwords("a b")
