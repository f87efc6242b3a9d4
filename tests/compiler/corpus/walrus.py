# keeps: 0 2
values = [1, 5, 9]
# %%
skipped = values[0]
# %%
if (top := max(values)) > 3:
    result = top
