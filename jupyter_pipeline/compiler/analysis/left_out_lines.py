"""Notes on lines of IPython that a slice leaves out, although they may change values or libraries that it uses.

``%timeit`` runs its statement, and ``%load_ext`` imports a library. Both only serve the notebook in most cases, so
they are left out. A note names those that may do more.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from jupyter_pipeline.compiler.analysis.library_models.model import words
from jupyter_pipeline.compiler.analysis.library_models.registry import METHODS
from jupyter_pipeline.compiler.analysis.statements import Program, Statement
from jupyter_pipeline.compiler.analysis.values import CONTAINER, TABLE
from jupyter_pipeline.compiler.frontend.names import find_free_names, parse
from jupyter_pipeline.compiler.frontend.notebook import CellNote

__all__ = ["note_left_out_lines"]

_TEXT = "These lines are left out, although they may change values or libraries"
_PURE_METHODS = METHODS[TABLE].pure | METHODS[CONTAINER].pure
_PURE_FUNCTIONS = words(
    """
    abs all any bool dict enumerate filter float frozenset int len list map max min pow range reversed round set sorted
    str sum tuple zip
    """
)


def note_left_out_lines(program: Program, kept: Sequence[Statement], last: int) -> list[CellNote]:
    """Return notes on the lines up to the cell `last` that may change what the statements `kept` use."""
    names = frozenset().union(*(s.bound | s.read for s in kept))
    imports = any(isinstance(s.node, ast.Import | ast.ImportFrom) for s in kept)
    return [
        CellNote(cell, _TEXT, subject=line)
        for cell, plain in program.plain.items()
        if cell <= last
        for line, code in plain.left_out.items()
        if (_may_change(code, names) if code else imports)
    ]


def _may_change(code: str, names: Iterable[str]) -> bool:
    """Return True if a timed statement has a call that may change the value of one of `names`."""
    tree = parse(code)
    if tree is None or find_free_names(tree).isdisjoint(names):
        return False
    return any(isinstance(node, ast.Call) and not _is_pure(node.func) for node in ast.walk(tree))


def _is_pure(function: ast.expr) -> bool:
    """Return True if a call of `function` seems to change nothing, by its name."""
    if isinstance(function, ast.Attribute):
        return function.attr in _PURE_METHODS
    return isinstance(function, ast.Name) and function.id in _PURE_FUNCTIONS
