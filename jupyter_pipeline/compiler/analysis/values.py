"""What the analysis knows of a value: its *kind*.

``"imm"``
    cannot be changed: numbers, strings, ranges
``"box"``
    a builtin container
``"frame"``
    a table or array of pandas, NumPy, Dask, Polars, xarray, pyarrow
``"object"``
    an instance of a known library: its methods may change it, but not their arguments
``"iter"``
    the same, and looking at it uses it up: an iterator, an open file, a random generator
`Module`, `Code`, `ClassCode`, `Instance`
    a module or what was imported from it, a function, class or instance of one that the notebook defines
``None``
    anything: what is done with it is taken to change it
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["ClassCode", "Code", "Instance", "Module"]


@dataclass(frozen=True, slots=True)
class Module:
    """A module, or something imported from one."""

    path: str


@dataclass(slots=True, eq=False)
class Code:
    """What calling a function of the notebook does."""

    name: str
    line: int = 0
    cell: int = 0
    statement: int = 0
    """Number of the statement that defines it."""
    parameters: list[str] = field(default_factory=list)
    """In order of position."""
    collects: set[str] = field(default_factory=set)
    """Its ``*args`` and ``**kwargs``."""
    free: dict[str, int] = field(default_factory=dict)
    """Names that it reads from outside, with the line."""
    changes: set[str] = field(default_factory=set)
    """Parameters and outside names whose objects it may change."""
    keeps: dict[str, set[str]] = field(default_factory=dict)
    """For outside names, the parameters that what they stand for may hold afterwards."""
    consumes: set[str] = field(default_factory=set)
    """Parameters and outside names that it iterates over."""
    assigns: set[str] = field(default_factory=set)
    """Names that it binds by ``global`` or ``nonlocal``."""
    returned: set[str] = field(default_factory=set)
    """Parameters and outside names of which the result may be, or hold, a part."""
    kind: Any = None
    """Of the result."""
    fresh: bool = True
    receives: str = "self"
    """What a method gets before its arguments: ``self``, ``class`` or nothing."""
    implicit: str = ""
    """What runs it without a call: the word that `knowledge.IMPLICIT` has for it; empty for other functions."""
    waits: bool = False
    """Whether a call only makes a coroutine."""
    swallows: bool = False
    """Whether, as a context manager, it may end a block's exception."""
    changes_class: bool = False
    """Whether it may change attributes of the class that it belongs to."""
    cache: int = 0
    """The object that stands for the results which a cached function remembers."""
    has_state: bool = False
    """Whether it changes what it captured of a function around it, or what it is given."""
    makes_code: bool = False
    """Whether the result may hold functions made inside."""
    dynamic: bool = False
    assumed: dict[str, Any] = field(default_factory=dict)
    """Kinds of outside names on which this summary rests."""


@dataclass(slots=True, eq=False)
class ClassCode:
    """A class of the notebook."""

    name: str
    methods: dict[str, Code]
    properties: set[str]
    open: bool
    """Whether a base class is unknown."""


@dataclass(frozen=True, slots=True)
class Instance:
    """An instance of a class of the notebook."""

    of: ClassCode
