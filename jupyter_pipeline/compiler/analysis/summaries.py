"""Summaries of functions and classes: their effects as a function of arguments and free variables.

The body of a function is interpreted once, with placeholder objects for its parameters and free variables. The summary
is applied at each call, with the objects that the arguments and names have there (`functions`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jupyter_pipeline.compiler.analysis.values import UNKNOWN

if TYPE_CHECKING:
    from jupyter_pipeline.compiler.analysis.locations import Access, Location
    from jupyter_pipeline.compiler.analysis.values import ValueType

__all__ = ["ClassSummary", "FunctionSummary", "Instance", "match_parameters"]


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
    free_variables: dict[str, int] = field(default_factory=dict)
    """Names that it reads from enclosing scopes, with the line; 0 where a missing name is no error."""
    locations: dict[Location, Access] = field(default_factory=dict)
    """Abstract locations that it uses: files, random state, figure, process state."""
    mutates: set[str] = field(default_factory=set)
    """Parameters and free variables whose objects it may change."""
    stores: dict[str, set[str]] = field(default_factory=dict)
    """For free variables, the parameters that their objects may hold afterwards."""
    consumes: set[str] = field(default_factory=set)
    """Parameters and free variables that it iterates over."""
    assigns: set[str] = field(default_factory=set)
    """Names that it binds by ``global`` or ``nonlocal``."""
    returns: set[str] = field(default_factory=set)
    """Parameters and free variables that the result may alias or hold."""
    result_type: ValueType = UNKNOWN
    returns_fresh: bool = True
    """True if the result may be a new object."""
    binds: str = "self"
    """Implicit first argument of a method: ``self``, ``class``, or empty for static methods."""
    protocol: str = ""
    """Operation that runs it without a call, a value of `PROTOCOLS`; empty for other functions."""
    is_coroutine: bool = False
    """True if a call only creates a coroutine."""
    suppresses: bool = False
    """True if, as a context manager, it may suppress an exception."""
    mutates_class: bool = False
    """True if it may change attributes of the class that it belongs to."""
    cache: int = 0
    """Object of the remembered results of a cached function."""
    has_state: bool = False
    """True if it changes captured variables of an enclosing function, or its arguments."""
    returns_function: bool = False
    """True if the result may hold functions that are defined inside."""
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


def match_parameters(
    summary: FunctionSummary, positional: Sequence[int], keywords: Mapping[str, int]
) -> tuple[dict[str, int], int]:
    """Return the objects of each parameter, and the objects whose parameter is unknown.

    Parameters
    ----------
    summary : FunctionSummary
        Summary of the called function.
    positional : sequence of int
        Points-to sets of the positional arguments.
    keywords : mapping of str to int
        Points-to sets of the keyword arguments; ``**`` stands for an unpacked mapping.
    """
    bound: dict[str, int] = {}
    unmatched = 0
    for position, objects in enumerate(positional):
        if position < len(summary.parameters) and "**" not in keywords:
            bound[summary.parameters[position]] = objects
        else:
            unmatched |= objects
    for name, objects in keywords.items():
        if name in summary.parameters:
            bound[name] = bound.get(name, 0) | objects
        else:
            unmatched |= objects
    if unmatched and summary.variadic:
        for name in summary.variadic:
            bound[name] = unmatched
    elif unmatched:
        for name in summary.parameters:
            bound[name] = bound.get(name, 0) | unmatched
    return bound, unmatched
