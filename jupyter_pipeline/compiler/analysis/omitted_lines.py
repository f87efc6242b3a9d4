"""Notes on lines of IPython that a slice omits, although they may change values or libraries that it uses.

``%timeit`` runs its statement, and ``%load_ext`` imports a library. Both only serve the notebook in most cases, so
they are omitted. A note names those that may do more.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from jupyter_pipeline.compiler.analysis.library_models.model import words
from jupyter_pipeline.compiler.analysis.library_models.registry import METHODS
from jupyter_pipeline.compiler.analysis.statements import Program, Statement
from jupyter_pipeline.compiler.analysis.values import CONTAINER, TABLE
from jupyter_pipeline.compiler.frontend.names import find_free_names, parse
from jupyter_pipeline.compiler.frontend.notebook import CellNote

__all__ = ["note_omitted_lines"]

_TEXT = "These lines are left out, although they may change values or libraries"
_PURE_METHODS = METHODS[TABLE].pure | METHODS[CONTAINER].pure
_PURE_FUNCTIONS = words(
    """
    abs all any bool dict enumerate filter float frozenset int len list map max min pow range reversed round set sorted
    str sum tuple zip
    """
)
_DEFINITIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_SHOWN = 60


def note_omitted_lines(program: Program, kept: Sequence[Statement], last: int) -> list[CellNote]:
    """Return notes on the lines up to the cell `last` that may change what the statements `kept` use."""
    lines = [(cell, *line) for cell, plain in program.plain.items() if cell <= last for line in plain.omitted]
    if not lines:
        return []
    names = frozenset().union(*(s.bound | s.read for s in kept))
    imports = any(isinstance(s.node, ast.Import | ast.ImportFrom) for s in kept)
    makers: dict[str, list[Statement]] = {}
    for s in program.statements:
        for name in s.bound if s.cell <= last else ():
            makers.setdefault(name, []).append(s)
    notes = [
        CellNote(cell, _TEXT, subject=text[:_SHOWN])
        for cell, text, code in lines
        if (_may_change(code, names, makers) if code else imports)
    ]
    return list(dict.fromkeys(notes))


def _may_change(code: str, names: frozenset[str], makers: Mapping[str, Sequence[Statement]]) -> bool:
    """Return True if a timed statement may change a value that one of `names` reaches."""
    tree = parse(code)
    if tree is None:  # it has IPython syntax of its own, such as a shell command
        return True
    free = find_free_names(tree)
    functions = {name for name in free if any(isinstance(s.node, _DEFINITIONS) for s in makers.get(name, ()))}
    if not any(_is_change(node, functions) for node in ast.walk(tree)):
        return False
    bound = {name for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names}
    return not (bound | _find_reached_names(free, makers)).isdisjoint(names)


def _is_change(node: ast.AST, functions: set[str]) -> bool:
    """Return True if a node of a timed statement may change a value: calls and assignments to parts of a value."""
    if isinstance(node, ast.Call):
        return not _is_pure(node.func)
    if isinstance(node, ast.Attribute | ast.Subscript):
        return not isinstance(node.ctx, ast.Load)
    if isinstance(node, ast.Name):  # a function of the notebook that a call receives
        return node.id in functions
    return isinstance(node, ast.Global)


def _find_reached_names(names: frozenset[str] | set[str], makers: Mapping[str, Sequence[Statement]]) -> set[str]:
    """Return `names` with those whose values may be part of their values, and those that their functions use."""
    found = {name for name in names if not _is_constant(makers.get(name, ()))}
    pending = list(found)
    while pending:
        for s in makers.get(pending.pop(), ()):
            if not isinstance(s.node, ast.Import | ast.ImportFrom):
                new = {one for one in s.read | s.deferred if one not in found and not _is_fixed(makers.get(one, ()))}
                found |= new
                pending += new
    return found


def _is_constant(makers: Sequence[Statement]) -> bool:
    """Return True if a name is always a number or a text, by the statements that bind it."""
    return bool(makers) and all(
        isinstance(s.node, ast.Assign | ast.AnnAssign) and isinstance(s.node.value, ast.Constant) for s in makers
    )


def _is_fixed(makers: Sequence[Statement]) -> bool:
    """Return True if a name is always a module, or a number or a text, by the statements that bind it."""
    return _is_constant(makers) or (
        bool(makers) and all(isinstance(s.node, ast.Import | ast.ImportFrom) for s in makers)
    )


def _is_pure(function: ast.expr) -> bool:
    """Return True if a call of `function` seems to change nothing, by its name."""
    if isinstance(function, ast.Attribute):
        return function.attr in _PURE_METHODS
    return isinstance(function, ast.Name) and function.id in _PURE_FUNCTIONS
