# keeps: 0 1 2
from abc import ABC, abstractmethod
class Base(ABC):
    subs = []
    def __init_subclass__(cls, **kw):
        super().__init_subclass__(**kw)
        Base.subs.append(cls.__name__)
    @abstractmethod
    def go(self): ...
# %%
class One(Base):
    def go(self): return 1
# %%
result = Base.subs
