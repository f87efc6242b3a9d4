"""Questions about statements and expressions that their syntax alone answers."""

from __future__ import annotations

import ast
from collections.abc import Sequence

__all__ = [
    "as_load",
    "bound_names",
    "catches_name_error",
    "declared_outside",
    "is_cell",
    "is_future",
    "last_name",
    "leaves_path",
    "shorten",
    "shorten_statement",
]

_SHOWN = 40
_SHOWN_LINE = 60
_INDEXERS = ("at", "iat", "loc", "iloc")
"""Attributes of tables whose elements are rows and cells."""


def as_load(target: ast.expr) -> ast.expr:
    """Return an assignment target as an expression that reads it."""
    if isinstance(target, ast.Attribute):
        return ast.Attribute(value=target.value, attr=target.attr, ctx=ast.Load())
    if isinstance(target, ast.Subscript):
        return ast.Subscript(value=target.value, slice=target.slice, ctx=ast.Load())
    return target


def bound_names(body: Sequence[ast.stmt]) -> set[str]:
    """Return the names that the statements bind in their own scope."""
    found: set[str] = set()
    todo: list[ast.AST] = list(body)
    while todo:
        node = todo.pop()
        kind = type(node)
        if kind is ast.Name:
            if not isinstance(node.ctx, ast.Load):  # type: ignore[attr-defined]
                found.add(node.id)  # type: ignore[attr-defined]
            continue
        if kind in (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef):
            found.add(node.name)  # type: ignore[attr-defined]
            continue
        if kind in (ast.Constant, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp):
            continue
        if kind in (ast.Import, ast.ImportFrom):
            found.update((a.asname or a.name).partition(".")[0] for a in node.names)  # type: ignore[attr-defined]
            continue
        if kind is ast.ExceptHandler or kind in (ast.MatchAs, ast.MatchStar):
            if node.name:  # type: ignore[attr-defined]
                found.add(node.name)  # type: ignore[attr-defined]
        elif kind is ast.MatchMapping and node.rest:  # type: ignore[attr-defined]
            found.add(node.rest)  # type: ignore[attr-defined]
        todo.extend(ast.iter_child_nodes(node))
    return found


def declared_outside(body: Sequence[ast.stmt]) -> set[str]:
    """Return the names that a function declares ``global`` or ``nonlocal``."""
    found: set[str] = set()
    todo: list[ast.AST] = list(body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Global | ast.Nonlocal):
            found.update(node.names)
        elif isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case) and not isinstance(
            node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        ):
            todo.extend(ast.iter_child_nodes(node))
    return found


def is_future(node: ast.stmt) -> bool:
    """Return True if the statement is an import from ``__future__``, which has to stand first."""
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def last_name(node: ast.expr) -> str:
    """Return the last part of the name of a decorator or function."""
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def catches_name_error(handler: ast.ExceptHandler) -> bool:
    """Return True if the handler catches the error of a missing name."""
    if handler.type is None:
        return True
    names = {n.id for n in ast.walk(handler.type) if isinstance(n, ast.Name)}
    return bool(names & {"NameError", "Exception", "BaseException", "UnboundLocalError"})


def leaves_path(body: Sequence[ast.stmt]) -> bool:
    """Return True if the statements end with ``raise``, ``return``, ``continue`` or ``break``."""
    return bool(body) and isinstance(body[-1], ast.Raise | ast.Return | ast.Continue | ast.Break)


def shorten(node: ast.expr) -> str:
    """Return the text of an expression for a note, at most 40 characters."""
    text = ast.unparse(node)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def is_cell(node: ast.expr) -> bool:
    """Return True if an expression seems to be a cell of a table, such as ``frame.at[0, "tags"]``."""
    if not isinstance(node, ast.Subscript):
        return False
    table = node.value
    return isinstance(table, ast.Subscript) or (isinstance(table, ast.Attribute) and table.attr in _INDEXERS)


def shorten_statement(node: ast.stmt) -> str:
    """Return the first line of a statement for a note, at most 60 characters."""
    return ast.unparse(node).split("\n")[0][:_SHOWN_LINE]
