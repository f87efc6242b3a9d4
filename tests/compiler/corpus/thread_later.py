# keeps: 0 1 2 3
import threading
log = []
def work():
    log.append(1)
t = threading.Thread(target=work)
# %%
t.start()
# %%
t.join()
# %%
result = log
