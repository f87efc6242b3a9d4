"""Abstract values: the approximation of the values that an expression may have.

A value has a points-to set and an abstract type. A points-to set is the bits of an integer, one bit for each object of
the `Heap`.

The type of a function or class of the notebook is its summary: effects as a function of arguments and free variables.
The body of a function is interpreted once, with placeholder objects for its parameters and free variables. The summary
is applied at each call, with the objects that the arguments and names have there (`functions`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NamedTuple, TypeAlias

from jupyter_pipeline.compiler.analysis.locations import Access, Location
from jupyter_pipeline.compiler.analysis.texts import ANY_TEXT, Texts

__all__ = [
    "CONSTANT",
    "CONTAINER",
    "DELETED",
    "IMMUTABLE",
    "ITERATOR",
    "OBJECT",
    "TABLE",
    "UNKNOWN",
    "UNKNOWN_VALUE",
    "ClassSummary",
    "FunctionSummary",
    "Imported",
    "Instance",
    "LibraryInstance",
    "Type",
    "Value",
    "ValueType",
    "kind_of",
]


class Type(Enum):
    """Abstract types without further data."""

    IMMUTABLE = auto()
    """Numbers, strings, ranges: no statement can change it."""
    CONTAINER = auto()
    """A builtin container."""
    TABLE = auto()
    """A table or array of pandas, NumPy, Dask, Polars, xarray or pyarrow."""
    OBJECT = auto()
    """An instance of a class of a known library: its methods may change it, but not their arguments."""
    ITERATOR = auto()
    """An object that reading exhausts: an iterator, an open file, a random generator."""
    UNKNOWN = auto()
    """Any value (top): any operation may change it."""
    DELETED = auto()
    """No value (bottom): the name was deleted."""


IMMUTABLE = Type.IMMUTABLE
CONTAINER = Type.CONTAINER
TABLE = Type.TABLE
OBJECT = Type.OBJECT
ITERATOR = Type.ITERATOR
UNKNOWN = Type.UNKNOWN
DELETED = Type.DELETED


@dataclass(frozen=True, slots=True)
class Imported:
    """A module, or an object that was imported from one."""

    path: str
    """Dotted path, such as ``numpy.random``."""


@dataclass(frozen=True, slots=True)
class LibraryInstance:
    """The abstract type of instances of a class that a library model declares."""

    path: str
    """Library and last name of the class, such as ``pandas.DataFrame``; empty for a tuple or list of `elements`."""
    kind: Type
    """Abstract type that the class belongs to."""
    elements: tuple[ValueType, ...] = ()
    """Types of the elements of a tuple; one element stands for all elements of a list."""


@dataclass(slots=True, eq=False)
class FunctionSummary:
    """Effects of a function that the notebook defines."""

    name: str
    line: int = 0
    cell: int = 0
    statement: int = 0
    """Number of the statement that defines it."""
    parameters: list[str] = field(default_factory=list)
    """Names, in order of position."""
    variadic: set[str] = field(default_factory=set)
    """Names of its ``*args`` and ``**kwargs``."""
    defaults: int = 0
    """Objects of the default values of its parameters, or an object that holds them."""
    free_variables: dict[str, int] = field(default_factory=dict)
    """Names that it reads from enclosing scopes, with the line; 0 where a missing name is no error."""
    locations: dict[Location, Access] = field(default_factory=dict)
    """Abstract locations that it uses: files, random state, figure, process state."""
    mutates: set[str] = field(default_factory=set)
    """Parameters and free variables whose objects it may change."""
    stores: dict[str, set[str]] = field(default_factory=dict)
    """For free variables, the parameters that their objects may hold afterwards."""
    stores_foreign: set[str] = field(default_factory=set)
    """Parameters and free variables whose objects may hold a new object of an unknown class afterwards."""
    consumes: set[str] = field(default_factory=set)
    """Parameters and free variables that it iterates over."""
    assigns: set[str] = field(default_factory=set)
    """Names that it binds by ``global`` or ``nonlocal``."""
    assigned_functions: dict[str, list[FunctionSummary]] = field(default_factory=dict)
    """For names in `assigns`, the functions and generators that their new values may be or hold."""
    assigned_iterators: set[str] = field(default_factory=set)
    """Names in `assigns` whose new values may be iterators."""
    returns: set[str] = field(default_factory=set)
    """Parameters and free variables that the result may alias or hold."""
    raises: set[str] = field(default_factory=set)
    """Parameters and free variables that an exception may hold."""
    result_type: ValueType = UNKNOWN
    returns_fresh: bool = True
    """True if the result may be a new object."""
    returns_foreign: bool = False
    """True if the result may be or hold a new object of an unknown class."""
    returns_texts: Texts = ANY_TEXT
    """Texts that the result may be or hold, with holes for the parameters and free variables."""
    binds: str = "self"
    """Implicit first argument of a method: ``self``, ``class``, or empty for static methods."""
    protocol: str = ""
    """Operation that runs it without a call, a value of `PROTOCOLS`; empty for other functions."""
    is_coroutine: bool = False
    """True if a call only creates a coroutine."""
    suppresses: bool = False
    """True if, as a context manager, it may suppress an exception."""
    defines_class: bool = False
    """True if it makes a class, which its bases list as a subclass."""
    mutates_class: bool = False
    """True if it may change attributes of the class that it belongs to."""
    cache: int = 0
    """Object of the remembered results of a cached function."""
    is_delayed: bool = False
    """True if a call only creates a task of Dask, whose computation calls it."""
    has_state: bool = False
    """True if it changes captured variables of an enclosing function, or its arguments."""
    returns_function: bool = False
    """True if the result may hold functions that are defined inside."""
    returns_overwriting: bool = False
    """True if the result may be an object whose methods change their arguments."""
    is_method: bool = False
    """True if a class defines it."""
    operations: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    """Operations on parameters and free variables that may run methods of classes which only the caller knows.

    Each is an operation of `PROTOCOLS` or ``call``, with the name of the attribute or method.
    """
    is_dynamic: bool = False
    """True if it runs code that the analysis cannot see."""
    assumptions: dict[str, ValueType] = field(default_factory=dict)
    """Types of free variables for which the summary was computed."""


@dataclass(slots=True, eq=False)
class ClassSummary:
    """A class that the notebook defines."""

    name: str
    methods: dict[str, FunctionSummary]
    properties: set[str]
    has_unknown_base: bool


@dataclass(frozen=True, slots=True)
class Instance:
    """The abstract type of instances of a class that the notebook defines."""

    of: ClassSummary


ValueType: TypeAlias = Type | LibraryInstance | Imported | FunctionSummary | ClassSummary | Instance


def kind_of(type_: ValueType) -> ValueType:
    """Return an abstract type without the class of a library."""
    return type_.kind if type(type_) is LibraryInstance else type_


class Value(NamedTuple):
    """The abstract value of an expression."""

    objects: int
    """Points-to set: objects that the value may be, or may be a part or a view of."""
    contents: int
    """Objects that a new object may hold."""
    fresh: bool
    """True if the value may be a new, mutable object that the heap does not hold yet."""
    type: ValueType
    texts: Texts = ANY_TEXT
    """Texts that the value may be or hold, such as the path of a file."""

    @property
    def kind(self) -> ValueType:
        """The abstract type without the class of a library."""
        return kind_of(self.type)


CONSTANT = Value(0, 0, False, IMMUTABLE)
"""An immutable value."""
UNKNOWN_VALUE = Value(0, 0, False, UNKNOWN)
"""A value of unknown type that no object of the notebook can be."""
