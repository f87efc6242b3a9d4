# keeps: 0 1 2
registry = []
class Meta(type):
    def __new__(mcs, name, bases, ns):
        registry.append(name)
        return super().__new__(mcs, name, bases, ns)
# %%
class A(metaclass=Meta): pass
# %%
result = registry
