# keeps: 0 1 2
registry = []
class Base:
    def __init_subclass__(cls, **k):
        registry.append(cls.__name__)
# %%
class A(Base): pass
# %%
result = registry
