"""Statements before which a run closes the figures, because Jupyter has closed them there.

With the inline backend, Jupyter closes all figures at the end of a cell and after ``plt.show()``. In a run they stay
open, so that the next plot would be drawn over them.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence

from jupyter_pipeline.compiler.analysis.locations import FIGURE, Access
from jupyter_pipeline.compiler.analysis.statements import Program, Statement
from jupyter_pipeline.compiler.graph.steps import Step
from jupyter_pipeline.compiler.graph.value_types import find_imported_paths

__all__ = ["PYPLOT", "find_show", "find_shows", "names_attribute", "opens_figure", "set_closings"]

PYPLOT = "matplotlib.pyplot"
"""Module with the current figure."""
_STARTING = ("figure", "subplots", "subplot_mosaic")
"""Functions of ``matplotlib.pyplot`` that start a new figure, if they select none."""
_LISTING = ("get_fignums", "get_figlabels", "fignum_exists")
"""Functions of ``matplotlib.pyplot`` that find all open figures."""
_SELECTING = ("gca", "gcf")
"""Functions of ``matplotlib.pyplot`` that start a figure if none is open."""


def set_closings(program: Program, steps: Sequence[Step], imports: Sequence[Statement]) -> None:
    """Set `Step.closes` of each step. `Step.draws` must be set.

    Parameters
    ----------
    program : Program
        The notebook.
    steps : sequence of Step
        Steps in document order.
    imports : sequence of Statement
        Imports at module level.
    """
    nodes = [s.node for s in [*imports, *(s for step in steps for s in step.statements)]]
    paths = find_imported_paths(nodes)
    used_in, is_open, shown = -1, False, False
    lists_figures = any(names_attribute(node, _LISTING) for node in nodes)
    for step in steps:
        found: set[int] = set()
        after_show: Statement | None = None
        for s in step.statements:
            if s.number in step.draws:
                is_open = shown = False
            if shown and after_show is None:
                after_show = s
            if FIGURE not in s.effects:
                continue
            if is_open and s.cell not in program.open_figure_cells and (shown or used_in != s.cell):
                if lists_figures or not _starts_figure(s.node, paths):
                    found.add((after_show if shown and after_show and used_in == s.cell else s).number)
                is_open = False
            shown = bool(find_show(s.node, paths))
            after_show = None
            is_open = is_open or opens_figure(s)
            used_in = s.cell
        step.closes = frozenset(found)
        is_open = is_open and not step.draws_last


def opens_figure(s: Statement) -> bool:
    """Return True if a statement may open a figure."""
    access = s.effects.get(FIGURE)
    return access is not None and (bool(access & Access.CREATE) or names_attribute(s.node, _SELECTING))


def names_attribute(node: ast.stmt, names: Collection[str]) -> bool:
    """Return True if an attribute in a statement has one of `names`."""
    return any(isinstance(one, ast.Attribute) and one.attr in names for one in ast.walk(node))


def find_shows(node: ast.stmt, paths: Mapping[str, str]) -> list[tuple[ast.Expr, str]]:
    """Return the statements in loops and functions that show the figures, and so close them, with the module's name."""
    found: list[tuple[ast.Expr, str]] = []
    pending: list[tuple[ast.AST, bool]] = [(node, False)]
    while pending:
        one, repeated = pending.pop()
        if isinstance(one, ast.Expr):
            if repeated and (name := find_show(one, paths)):
                found.append((one, name))
            continue
        repeated = repeated or isinstance(one, ast.For | ast.While | ast.FunctionDef | ast.AsyncFunctionDef)
        pending += [(child, repeated) for child in ast.iter_child_nodes(one) if not isinstance(child, ast.expr)]
    return found


def find_show(node: ast.stmt, paths: Mapping[str, str]) -> str:
    """Return the name of ``matplotlib.pyplot`` in a statement that calls its ``show``; empty for others."""
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return ""
    function = node.value.func
    if not isinstance(function, ast.Attribute) or function.attr != "show":
        return ""
    name = ast.unparse(function.value)
    base, dot, rest = name.partition(".")
    return name if f"{paths.get(base, '')}{dot}{rest}" == PYPLOT else ""


def _starts_figure(node: ast.stmt, paths: Mapping[str, str]) -> bool:
    """Return True if a statement starts a new figure before it draws."""
    value = node.value if isinstance(node, ast.Assign | ast.Expr) else None
    if not isinstance(value, ast.Call) or any(k.arg in ("num", None) for k in value.keywords):
        return False
    base, dot, rest = ast.unparse(value.func).partition(".")
    module, _, name = f"{paths.get(base, '')}{dot}{rest}".rpartition(".")
    return module == PYPLOT and name in _STARTING and not (name == "figure" and value.args)
