# keeps: 0 1 2
import copy
class Counter:
    total = 0
    def inc(self):
        type(self).total += 1
copies = copy.deepcopy([Counter()])
# %%
for one in copies:
    one.inc()
# %%
result = Counter.total
