"""Builtin functions, containers and the operations that run special methods."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel, words

__all__ = [
    "BUILTIN_TYPES",
    "CONSTANT_FUNCTIONS",
    "CONSUMING_FUNCTIONS",
    "CONTAINER_FUNCTIONS",
    "ITERATOR_FUNCTIONS",
    "MODELS",
    "MUTATING_METHODS",
    "PART_FUNCTIONS",
    "PROTOCOLS",
    "PROTOCOLS_OF_FUNCTIONS",
]

MUTATING_METHODS = """
append extend insert remove pop clear sort reverse add discard update setdefault popitem appendleft popleft extendleft
rotate difference_update intersection_update symmetric_difference_update subtract move_to_end __setitem__ __delitem__
__iadd__
"""
"""Methods of builtin containers that change them."""
_RULES = """
class str bytes : constant
  split rsplit splitlines partition rpartition : -> container
  capitalize casefold center count decode encode endswith expandtabs find format format_map fromhex hex index isalnum
  isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper join ljust lower
  lstrip maketrans removeprefix removesuffix replace rfind rindex rjust rstrip startswith strip swapcase title translate
  upper zfill __len__ __getitem__ __contains__ __str__ __repr__ __iter__ : -> constant

class int float complex bool range slice : constant
  as_integer_ratio bit_count bit_length conjugate from_bytes fromhex hex is_integer to_bytes
  count index indices : -> constant
  .real .imag .numerator .denominator .start .stop .step : -> constant

class list : container
  append extend insert remove clear sort reverse __setitem__ __delitem__ __iadd__ : changes(self)
  pop : changes(self) -> part
  copy : -> copy
  count index __len__ __contains__ : -> constant

class bytearray(list)
  split rsplit splitlines partition rpartition : -> container
  capitalize center decode endswith expandtabs find hex isalnum isalpha isascii isdigit islower isspace istitle isupper
  join ljust lower lstrip removeprefix removesuffix replace rfind rindex rjust rstrip startswith strip swapcase title
  translate upper zfill : -> constant

class memoryview : container
  cast toreadonly : -> view(self)
  tolist : -> container
  tobytes hex : -> constant
  release __setitem__ : changes(self)
  .nbytes .shape .ndim .itemsize .format .readonly .strides .contiguous : -> constant
  .obj : -> part

class set : container
  add discard remove clear update difference_update intersection_update symmetric_difference_update : changes(self)
  pop : changes(self) -> part
  copy : -> copy
  union intersection difference symmetric_difference : -> container
  issubset issuperset isdisjoint __len__ __contains__ : -> constant

class frozenset tuple : container
  copy : -> part
  union intersection difference symmetric_difference : -> container
  issubset issuperset isdisjoint count index __len__ __contains__ : -> constant

class dict : container
  clear update __setitem__ __delitem__ : changes(self)
  pop popitem setdefault : changes(self) -> part
  copy : -> copy
  get __getitem__ : -> part
  keys values items : -> view(container)
  fromkeys : -> container
  __len__ __contains__ : -> constant

class generator : iterator
  send throw close : changes(self) -> part
  .gi_running .gi_frame .gi_code .gi_yieldfrom : -> constant
"""

MODELS = (
    LibraryModel(
        library="builtins",
        # The methods are functions of their type, too
        rules=f"{MUTATING_METHODS.strip()} : changes(*) -> part\n{_RULES}",
        decorators=words("staticmethod classmethod property"),
    ),
)

# Functions, by their result

BUILTIN_TYPES = words("list dict set tuple str bytes bytearray int float object frozenset type")
"""Types whose methods a program may call by the type's name, as in ``list.append(xs, 1)``."""
CONSTANT_FUNCTIONS = words(
    """
    int float str bool len abs round hash ord chr repr bin hex oct format isinstance issubclass callable id
    any all divmod pow complex bytes hasattr print ascii range slice display help dir
    """
)
CONTAINER_FUNCTIONS = words("list tuple set frozenset dict sorted bytearray")
ITERATOR_FUNCTIONS = words("iter map filter zip enumerate reversed aiter")
PART_FUNCTIONS = words("min max getattr vars type memoryview staticmethod classmethod property sum anext")
"""Functions that return an argument or a part of one."""
CONSUMING_FUNCTIONS = words("list tuple set frozenset dict sorted sum any all min max next")
"""Functions that iterate over their arguments."""

# Special methods

PROTOCOLS = {
    name: protocol
    for protocol, names in {
        "read": "__get__ __getattr__ __getattribute__",
        "write": "__set__ __setattr__ __setitem__",
        "delete": "__delete__ __delattr__ __delitem__",
        "item": "__getitem__ __missing__ __contains__ __class_getitem__",
        "iterate": "__iter__ __next__ __aiter__ __anext__ __reversed__",
        "show": "__str__ __repr__ __format__",
        "truth": "__bool__ __len__",
        "operator": """__add__ __sub__ __mul__ __matmul__ __truediv__ __floordiv__ __mod__ __pow__ __and__ __or__
            __xor__
            __lshift__ __rshift__ __radd__ __rsub__ __rmul__ __rmatmul__ __rtruediv__ __rfloordiv__ __rmod__ __rpow__
            __rand__ __ror__ __rxor__ __rlshift__ __rrshift__ __iadd__ __isub__ __imul__ __imatmul__ __itruediv__
            __ifloordiv__ __imod__ __ipow__ __iand__ __ior__ __ixor__ __ilshift__ __irshift__ __neg__ __pos__ __abs__
            __invert__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__""",
        "enter": "__enter__ __exit__ __aenter__ __aexit__",
        "subclass": "__init_subclass__ __set_name__ __prepare__",
        "wait": "__await__",
        "end": "__del__",
    }.items()
    for name in names.split()
}
"""For each special method, the operation that runs it."""
PROTOCOLS_OF_FUNCTIONS = {
    "bool": "truth", "len": "truth", "any": "truth", "all": "truth", "str": "show", "repr": "show", "ascii": "show",
    "print": "show", "format": "show", "abs": "operator", "divmod": "operator", "pow": "operator", "round": "operator",
    "sum": "operator", "min": "operator", "max": "operator", "sorted": "operator",
}  # fmt: skip
"""For each builtin function, the operation that it applies to its arguments."""
