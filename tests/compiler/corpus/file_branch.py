# keeps: 0 1 2
flag = len("abc") > 2
if flag:
    p = "a.txt"
else:
    p = "b.txt"
# %%
with open(p, "w") as f:
    f.write("x")
# %%
result = open("a.txt").read()
