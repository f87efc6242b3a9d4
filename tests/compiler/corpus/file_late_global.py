# keeps: 0 1 2 3
path = "a.txt"
def save(text):
    with open(path, "w") as f:
        f.write(text)
# %%
path = "b.txt"
# %%
save("hello")
# %%
result = open("b.txt").read()
