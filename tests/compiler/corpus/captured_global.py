# keeps: 0 1 2 4
log = []
# %%
def note(text):
    log.append(text)
# %%
note("a")
# %%
quiet = str(log)
# %%
note("b")
result = log
