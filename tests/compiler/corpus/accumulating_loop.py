# keeps: 0 1 2 4
total = 0
seen = []
# %%
rows = [4, 5]
# %%
for r in rows:
    total += r
    seen.append(total)
# %%
for r in rows:
    print(r)
# %%
result = (total, seen)
