# keeps: 0 1 2 3
def put(box, x):
    box.append(x)
# %%
def fill(box):
    put(box, 1)
# %%
box = []
fill(box)
# %%
result = box
