# keeps: 0 1 2
k = 3
# %%
rows = [1, 2]
# %%
result = [r * k for r in rows]
