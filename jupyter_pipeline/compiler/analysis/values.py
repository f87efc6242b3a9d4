"""Abstract values: the approximation of the values that an expression may have.

A value has a points-to set and an abstract type. A points-to set is the bits of an integer, one bit for each object of
the `Heap`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from jupyter_pipeline.compiler.analysis.summaries import ClassSummary, FunctionSummary, Instance

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
    "Imported",
    "Type",
    "Value",
    "ValueType",
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


if TYPE_CHECKING:
    ValueType: TypeAlias = Type | Imported | FunctionSummary | ClassSummary | Instance
else:
    ValueType = object


class Value(NamedTuple):
    """The abstract value of an expression."""

    objects: int
    """Points-to set: objects that the value may be, or may be a part or a view of."""
    contents: int
    """Objects that a new object may hold."""
    fresh: bool
    """True if the value may be a new, mutable object that the heap does not hold yet."""
    type: ValueType


CONSTANT = Value(0, 0, False, IMMUTABLE)
"""An immutable value."""
UNKNOWN_VALUE = Value(0, 0, False, UNKNOWN)
"""A value of unknown type that no object of the notebook can be."""
