# keeps: 0 1 2 4
hits = []
# %%
def visit(x):
    hits.append(x)
    return x
# %%
doubled = list(map(visit, [1, 2]))
# %%
plain = [1, 2]
# %%
result = hits
