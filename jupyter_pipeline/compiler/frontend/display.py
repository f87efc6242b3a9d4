"""Import ``display`` where a notebook uses it as IPython's builtin."""

from __future__ import annotations

import ast
from collections.abc import Sequence

__all__ = ["DISPLAY_IMPORT", "DisplayImports"]

DISPLAY_IMPORT = "from IPython.display import display"
"""The import; outside of IPython, the function prints the text form of a value."""
_NAME = "display"


class DisplayImports:
    """Find the cells that need an import of ``display``: those that use it where no cell has bound it.

    Examples
    --------
    >>> imports = DisplayImports()
    >>> imports.is_needed(ast.parse("display(df)").body)
    True
    >>> imports.is_needed(ast.parse("def display(x): ...").body), imports.is_needed(ast.parse("display(df)").body)
    (False, False)
    """

    def __init__(self) -> None:
        self._is_bound = False

    def is_needed(self, body: Sequence[ast.stmt]) -> bool:
        """Return True if the statements of the next cell need the import."""
        reads = False
        for statement in body:
            for node in ast.walk(statement):
                reads = reads or (isinstance(node, ast.Name) and node.id == _NAME and isinstance(node.ctx, ast.Load))
                self._is_bound = self._is_bound or _binds(node)
        return reads and not self._is_bound


def _binds(node: ast.AST) -> bool:
    if isinstance(node, ast.Name):
        return node.id == _NAME and not isinstance(node.ctx, ast.Load)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.name == _NAME
    return isinstance(node, ast.alias) and (node.asname or node.name) == _NAME
