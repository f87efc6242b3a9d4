# keeps: 0 1 2
rows = [1]
def extend(items, extra=rows):
    extra.append(len(items))
# %%
extend([1, 2])
# %%
result = rows
