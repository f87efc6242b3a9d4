# keeps: 0 1 2
got = {}
handlers = {}
def on(name):
    def deco(f):
        handlers.setdefault(name, []).append(f)
        return f
    return deco
@on("x")
def hx(v): got["x"] = v
# %%
for h in handlers["x"]: h(3)
# %%
result = got
