"""Which file a path expression means, as far as its text tells: by its last part."""

from __future__ import annotations

import ast
from collections.abc import Mapping

__all__ = ["file_name"]


def file_name(node: ast.expr, strings: Mapping[str, str]) -> str:
    """Return the last part of the path that `node` gives, or ``*`` if that cannot be told.

    Parameters
    ----------
    node : ast.expr
        The expression.
    strings : mapping of str to str
        Last parts of the paths that names hold.
    """
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        last = node.value.rstrip("/").rpartition("/")[2]
        return "*" if not last or set(last) & set("*?[{") else last
    if isinstance(node, ast.Name):
        return strings.get(node.id, "*")
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return file_name(node.right, strings)
    if isinstance(node, ast.Call) and node.args:
        return file_name(node.args[-1], strings)
    if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[-1], ast.Constant):
        text = str(node.values[-1].value)
        return file_name(node.values[-1], strings) if "/" in text else "*"
    return "*"
