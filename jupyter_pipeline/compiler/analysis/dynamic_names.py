"""Code that finds names by their text, such as ``exec``, ``globals`` and expressions in strings, and star imports.

Such code needs the names of the notebook in the scope of a module.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from jupyter_pipeline.compiler.analysis.statements import Statement

__all__ = ["binds_unseen_names", "find_dynamic_calls", "is_star_import", "needs_module_scope"]

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def find_dynamic_calls(node: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls that read or bind names which only their arguments name."""
    for one in ast.walk(node):
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Name):
            name = one.func.id
            if name in ("exec", "globals") or (name in ("locals", "vars") and not one.args):
                yield one


def is_star_import(node: ast.stmt) -> bool:
    """Return True if a statement imports all names of a module."""
    return isinstance(node, ast.ImportFrom) and node.names[0].name == "*"


def binds_unseen_names(s: Statement) -> bool:
    """Return True if a statement may bind names which its text does not show."""
    return s.dynamic or is_star_import(s.node)


def needs_module_scope(statements: Iterable[Statement]) -> bool:
    """Return True if the statements run as in the notebook only if its names are global names."""
    return any(
        is_star_import(s.node)
        or next(find_dynamic_calls(s.node), None) is not None
        or any(_evaluates_text(scope) for scope in ast.walk(s.node) if isinstance(scope, _SCOPES))
        for s in statements
    )


def _evaluates_text(scope: ast.AST) -> bool:
    """Return True if a function evaluates text, which does not see the names of functions around it."""
    for node in ast.walk(scope):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id == "eval" and len(node.args) == 1:
                return True
            if isinstance(node.func, ast.Attribute) and node.func.attr in ("query", "eval"):
                return True
    return False
