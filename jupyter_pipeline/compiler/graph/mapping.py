"""Steps that run once for each element of a list: ``%%step NAME --map``.

1. The cell assigns a list that is built element by element: ``tables = [read(path) for path in paths]`` or
   ``tables = list(map(read, paths))``.
2. The list of items is a parameter or the result of another step. The function in ``steps.py`` returns one element. The
   flow calls it for all items at once, and gathers the results in order.
3. The result equals the notebook's if the elements are independent. Side effects on shared objects (``append``, a
   counter, the random state) are therefore refused. Writing files is allowed: each element should write its own file.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from jupyter_pipeline.compiler.analysis.statements import Statement
from jupyter_pipeline.compiler.graph.naming import unused_name
from jupyter_pipeline.compiler.refusals import refusal
from jupyter_pipeline.exceptions import CompileRefusedError

__all__ = ["ElementMapping", "find_mapping"]


@dataclass(frozen=True, slots=True)
class ElementMapping:
    """Items and element expression of a mapped step."""

    items: str
    """Name of the list of items."""
    variable: str
    """Variable of one item."""
    element: str
    """Expression of one element of the result."""


def find_mapping(cell: int, statements: Sequence[Statement], arguments: Collection[str]) -> ElementMapping:
    """Return the mapping of a cell.

    Parameters
    ----------
    cell : int
        Zero-based index of the cell.
    statements : sequence of Statement
        Statements of the step, without imports.
    arguments : collection of str
        Names of parameters, and of results of other steps.

    Raises
    ------
    CompileRefusedError
        If the cell has another form, or an element has a side effect.
    """
    own = [s for s in statements if s.cell == cell]
    node = own[-1].node if own else None
    found = _parse_map(node.value) if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) else None
    if len(own) != 1 or found is None or not isinstance(node, ast.Assign) or len(node.targets) > 1:
        raise _refused("map-form", own[0] if own else None, cell, "--map")
    if found.items not in arguments:
        raise _refused("map-items", own[0], cell, found.items)
    if own[0].changes & ~own[0].written:
        raise _refused("map-side-effect", own[0], cell, "--map")
    return found


def _parse_map(value: ast.expr) -> ElementMapping | None:
    if isinstance(value, ast.ListComp) and len(value.generators) == 1:
        loop = value.generators[0]
        if isinstance(loop.target, ast.Name) and isinstance(loop.iter, ast.Name) and not (loop.ifs or loop.is_async):
            return ElementMapping(loop.iter.id, loop.target.id, ast.unparse(value.elt))
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
            return ElementMapping(inner.args[1].id, variable, ast.unparse(call))
    return None


def _refused(rule: str, statement: Statement | None, cell: int, name: str) -> CompileRefusedError:
    line = statement.node.lineno if statement else 1
    return CompileRefusedError([refusal(rule, cell=cell, line=line, name=name)])
