# keeps: 0 1 3
path = "a.txt"
def save(path, text):
    with open(path, "w") as f:
        f.write(text)
# %%
save("b.txt", "hello")
# %%
other = 1
# %%
result = open("b.txt").read(), path
