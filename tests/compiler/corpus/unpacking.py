# keeps: 0 2
pair = ([1], [2])
left, right = pair
# %%
spare = len(pair)
# %%
left.append(5)
result = pair
