# keeps: 0 1 3
groups = {}
# %%
for word in ["a", "bb", "c"]:
    groups.setdefault(len(word), []).append(word)
# %%
sizes = sorted(groups)
# %%
result = groups
