# keeps: 0 1 2 3 4
import numpy as np
np.random.seed(1)
# %%
class Sampler:
    def __init__(self, rng=None):
        self.rng = rng or np.random
    def draw(self):
        return self.rng.normal()
sampler = Sampler()
# %%
sampler.draw()
# %%
def noise(rng=np.random):
    return rng.normal()
noise()
# %%
result = np.random.rand()
