# keeps: 0 1 3
command = {"op": "add", "values": [1, 2]}
# %%
match command:
    case {"op": "add", "values": vs}:
        got = sum(vs)
    case _:
        got = None
# %%
spare = command["op"]
# %%
result = got
