# keeps: 0 1 2
inner = []
outer = {"a": inner}
# %%
outer["a"].append(1)
# %%
result = inner
