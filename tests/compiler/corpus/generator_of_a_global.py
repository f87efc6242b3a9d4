# keeps: 0 1 3
n = 2
class Start:
    def run(self):
        global source
        source = (q + n for q in [1, 2])
Start().run()
# %%
n = len("abc")
# %%
k = 1
# %%
result = list(source)
