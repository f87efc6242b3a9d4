"""Steps that run once for each element of a list: ``%%step NAME --map``.

1. The cell is one assignment of a list that is made element by element: ``tables = [read(path) for path in paths]`` or
   ``tables = list(map(read, paths))``.
2. The list that it goes over is a parameter or the result of another step. The function in ``steps.py`` makes one
   element; the flow calls it for all of them at once, and gathers what they return in order.
3. That gives the notebook's values where one element does not depend on another. What changes an object on the way
   (``append``, a counter, the random state) is therefore refused, as is whatever has another form. Writing files is
   not: each element is taken to write its own.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from jupyter_pipeline.compiler.analysis.statements import Statement
from jupyter_pipeline.compiler.checks import refusal
from jupyter_pipeline.compiler.graph.naming import unused_name
from jupyter_pipeline.exceptions import CompileRefusedError

__all__ = ["Mapped", "find_mapped"]


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a mapped step does with each element."""

    items: str
    """Name of the list that it goes over."""
    variable: str
    """Name of one element."""
    element: str
    """Expression for the element of the result."""


def find_mapped(cell: int, statements: Sequence[Statement], given: Collection[str]) -> Mapped:
    """Return what the step of a cell does for each element.

    Parameters
    ----------
    cell : int
        Index of the cell.
    statements : sequence of Statement
        Of its step, without imports.
    given : collection of str
        Names that the step takes: parameters, and results of other steps.

    Raises
    ------
    CompileRefusedError
        If the cell has another form, or its elements depend on one another.
    """
    own = [s for s in statements if s.cell == cell]
    node = own[-1].node if own else None
    made = _parse_map(node.value) if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) else None
    if len(own) != 1 or made is None or not isinstance(node, ast.Assign) or len(node.targets) > 1:
        raise _refused("map-form", own[0] if own else None, cell, "--map")
    if made.items not in given:
        raise _refused("map-items", own[0], cell, made.items)
    if own[0].changes & ~own[0].written:
        raise _refused("map-side-effect", own[0], cell, "--map")
    return made


def _parse_map(value: ast.expr) -> Mapped | None:
    if isinstance(value, ast.ListComp) and len(value.generators) == 1:
        loop = value.generators[0]
        if isinstance(loop.target, ast.Name) and isinstance(loop.iter, ast.Name) and not (loop.ifs or loop.is_async):
            return Mapped(loop.iter.id, loop.target.id, ast.unparse(value.elt))
    if (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Name)
        and value.func.id == "list"
        and len(value.args) == 1
        and not value.keywords
    ):
        inner = value.args[0]
        if (
            isinstance(inner, ast.Call)
            and isinstance(inner.func, ast.Name)
            and inner.func.id == "map"
            and len(inner.args) == 2
            and isinstance(inner.args[1], ast.Name)
        ):
            function = inner.args[0]
            variable = unused_name("item", {n.id for n in ast.walk(function) if isinstance(n, ast.Name)})
            call = ast.Call(func=function, args=[ast.Name(variable)], keywords=[])
            return Mapped(inner.args[1].id, variable, ast.unparse(call))
    return None


def _refused(rule: str, statement: Statement | None, cell: int, name: str) -> CompileRefusedError:
    line = statement.node.lineno if statement else 1
    return CompileRefusedError([refusal(rule, cell=cell, line=line, name=name)])
