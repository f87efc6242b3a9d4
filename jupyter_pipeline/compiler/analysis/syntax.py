"""Questions about statements and expressions that their syntax alone answers."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from jupyter_pipeline.compiler.analysis.locations import ANY_PATH

__all__ = [
    "as_load",
    "bound_names",
    "catches_name_error",
    "declared_outside",
    "is_future",
    "last_name",
    "leaves_path",
    "path_tail",
    "shorten",
]

_SHOWN = 40


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


def path_tail(node: ast.expr, paths: Mapping[str, str]) -> str:
    """Return the last part of the file path that `node` gives, or `ANY_PATH` if its text does not show it.

    Parameters
    ----------
    node : ast.expr
        The expression.
    paths : mapping of str to str
        Last parts of the paths that names hold.
    """
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        last = node.value.rstrip("/").rpartition("/")[2]
        return ANY_PATH if not last or set(last) & set("*?[{") else last
    if isinstance(node, ast.Name):
        return paths.get(node.id, ANY_PATH)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return path_tail(node.right, paths)
    if isinstance(node, ast.Call) and node.args:
        return path_tail(node.args[-1], paths)
    if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[-1], ast.Constant):
        text = str(node.values[-1].value)
        return path_tail(node.values[-1], paths) if "/" in text else ANY_PATH
    return ANY_PATH


def shorten(node: ast.expr) -> str:
    """Return the text of an expression for a note, at most 40 characters."""
    text = ast.unparse(node)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
