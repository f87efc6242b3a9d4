"""Decide if a statement certainly reads a name, or only under a condition.

A read below a condition, after an earlier ``return`` of its function, or in a nested function may not happen. A read at
the top level of a cell, or of a function that is called, does. Loops count as not empty.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

__all__ = ["is_certain_read"]

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_LEAVING = (ast.Return, ast.Raise, ast.Yield, ast.YieldFrom, ast.Break, ast.Continue)


def is_certain_read(statements: Sequence[ast.stmt], name: str, line: int) -> bool:
    r"""Return True if the statements of a cell read `name` in `line` on all paths, or if that is not known.

    Examples
    --------
    >>> body = ast.parse("def f(x):\n    if x:\n        return a\n    return b").body
    >>> is_certain_read(body, "a", 3), is_certain_read(body, "b", 4)
    (False, False)
    """
    own = [s for s in statements if s.lineno <= line <= (s.end_lineno or s.lineno)]
    if not own:
        return True
    found = [*_find_reads(own[0], name, line, is_certain=True, depth=0)]
    return not found or any(found)


def _find_reads(node: ast.AST, name: str, line: int, *, is_certain: bool, depth: int) -> Iterator[bool]:
    """Yield for each read of `name` in `line` if it happens on all paths."""
    if isinstance(node, ast.Name) and node.id == name and node.lineno == line and isinstance(node.ctx, ast.Load):
        yield is_certain
        return
    if isinstance(node, _FUNCTIONS):
        depth += 1
        is_certain = is_certain and depth == 1
    for field, value in ast.iter_fields(node):
        children = value if isinstance(value, list) else [value]
        certain = is_certain and not _is_conditional(node, field)
        for position, child in enumerate(children):
            if not isinstance(child, ast.AST):
                continue
            is_first = not (isinstance(node, ast.BoolOp) and field == "values" and position)
            yield from _find_reads(child, name, line, is_certain=certain and is_first, depth=depth)
            if depth and isinstance(child, ast.stmt) and any(isinstance(one, _LEAVING) for one in ast.walk(child)):
                certain = False


def _is_conditional(node: ast.AST, field: str) -> bool:
    """Return True if a part of a node may not run."""
    match node:
        case ast.If() | ast.IfExp():
            return field != "test"
        case ast.For() | ast.AsyncFor() | ast.While():
            return field == "orelse"
        case ast.Try() | ast.TryStar():
            return field in ("handlers", "orelse")
        case ast.Match():
            return field == "cases"
        case ast.Assert():
            return field == "msg"
    return False
