# keeps: 0 1 2
mode = "fast"
# %%
if mode == "fast":
    def run(x):
        return x + 1
else:
    def run(x):
        return x + 2
# %%
result = run(1)
