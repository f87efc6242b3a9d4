"""Statements before which a run draws and closes the figures, because Jupyter has done so there.

With the inline backend, Jupyter draws and closes all figures at the end of a cell and after ``plt.show()``.

1. In a run they stay open, so that the next plot would be drawn over them: they are closed.
2. A drawing fixes limits and layout. Later changes such as ``ax.add_patch`` do not change them. The figures are drawn
   if a later cell may make such a change.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Collection, Mapping, Sequence

from jupyter_pipeline.compiler.analysis.locations import FIGURE, Access
from jupyter_pipeline.compiler.analysis.statements import Program, Statement
from jupyter_pipeline.compiler.graph.steps import Step
from jupyter_pipeline.compiler.graph.value_types import find_imported_paths

__all__ = ["PYPLOT", "find_shows", "set_closings"]

PYPLOT = "matplotlib.pyplot"
"""Module with the current figure."""
_STARTING = ("figure", "subplots", "subplot_mosaic")
"""Functions of ``matplotlib.pyplot`` that start a new figure, if they select none."""
_LISTING = ("get_fignums", "get_figlabels", "fignum_exists")
"""Functions of ``matplotlib.pyplot`` that find all open figures."""

_SELECTING = ("gca", "gcf")
"""Functions of ``matplotlib.pyplot`` that start a figure if none is open."""

_INDEPENDENT = frozenset([
    "annotate", "append", "ax", "axes", "axhline", "axhspan", "axvline", "axvspan", "bar", "barh", "boxplot",
    "close", "collections", "containers", "extend", "figure", "fill", "fill_between", "flat", "flatten", "format",
    "get_children", "get_color", "get_figure", "get_legend", "get_legend_handles_labels", "get_lines", "get_linewidth",
    "get_title", "get_xlabel", "get_ylabel", "grid", "hist", "hlines", "items", "join", "keys", "legend", "legend_",
    "lines", "max", "mean", "min", "patches", "plot", "ravel", "savefig", "scatter", "set_alpha", "set_color",
    "set_label", "set_linestyle", "set_linewidth", "set_marker", "set_title", "set_visible", "set_xlabel", "set_xlim",
    "set_xticklabels", "set_xticks", "set_ylabel", "set_ylim", "set_yticklabels", "set_yticks", "shape", "show",
    "size", "spines", "step", "sum", "suptitle", "text", "texts", "tick_params", "title", "tolist", "values", "vlines",
    "xaxis", "yaxis",
])  # fmt: skip
"""Attributes whose use has the same result before and after a drawing of the figure."""
_PLOTTING = ("matplotlib", "seaborn", "pandas")
"""Libraries whose functions may change a figure that is an argument."""


def set_closings(program: Program, steps: Sequence[Step], imports: Sequence[Statement]) -> None:
    """Set `Step.draws`, `Step.draws_last` and `Step.closes` of each step.

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
    _set_draws(program, steps, paths)
    used_in, is_open, shown = -1, False, False
    lists_figures = any(_names_attribute(node, _LISTING) for node in nodes)
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
            shown = bool(_find_show(s.node, paths))
            after_show = None
            is_open = is_open or _opens_figure(s)
            used_in = s.cell
        step.closes = frozenset(found)
        is_open = is_open and not step.draws_last


def _set_draws(program: Program, steps: Sequence[Step], paths: Mapping[str, str]) -> None:
    """Set `Step.draws` and `Step.draws_last`, and `Program.draws_figures`."""
    periods = _find_periods(program, paths)
    opening = [
        s for step in steps for s in step.statements if _opens_figure(s) and s.cell not in program.open_figure_cells
    ]
    drawn: set[tuple[int, int]] = set()
    for s in (s for step in steps for s in step.statements) if opening else ():
        used = [o for o in opening if s.needs >> o.number & 1 and periods[o.number] < periods[s.number]]
        if used and (_depends_on_drawing(s, paths) or any(_has_layout(o.node) for o in used)):
            drawn |= {periods[o.number] for o in used}
    program.draws_figures = bool(drawn)
    for step in steps:
        found: set[int] = set()
        previous: Statement | None = None
        pending = False
        for s in step.statements:
            if pending and previous is not None and periods[previous.number] != periods[s.number]:
                found.add(s.number)
                pending = False
            pending = pending or (_opens_figure(s) and periods[s.number] in drawn)
            previous = s
        step.draws = frozenset(found)
        step.draws_last = pending and len(steps) > 1 and not step.returns_last  # else no other step uses its figures


def _find_periods(program: Program, paths: Mapping[str, str]) -> list[tuple[int, int]]:
    """Return for each statement its cell, and the number of statements above it in the cell that show the figures."""
    found: list[tuple[int, int]] = []
    shows = cell = -1
    for s in program.statements:
        shows = 0 if s.cell != cell else shows
        cell = s.cell
        found.append((cell, shows))
        shows += bool(_find_show(s.node, paths))
    return found


def _opens_figure(s: Statement) -> bool:
    """Return True if a statement may open a figure."""
    access = s.effects.get(FIGURE)
    return access is not None and (bool(access & Access.CREATE) or _names_attribute(s.node, _SELECTING))


def _has_layout(node: ast.stmt) -> bool:
    """Return True if a statement starts a figure whose drawing moves its axes."""
    return any(isinstance(one, ast.keyword) and (one.arg is None or "layout" in one.arg) for one in ast.walk(node))


def _depends_on_drawing(s: Statement, paths: Mapping[str, str]) -> bool:
    """Return True if a statement may have another result after the figure is drawn."""
    for one in ast.walk(s.node):
        if isinstance(one, ast.Attribute) and one.attr not in _INDEPENDENT:
            base, dot, rest = ast.unparse(one).partition(".")
            if f"{paths.get(base, '.')}{dot}{rest}".startswith((".", *_PLOTTING)):
                return True
        if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and not hasattr(builtins, one.func.id):
            return True
    return False


def _names_attribute(node: ast.stmt, names: Collection[str]) -> bool:
    """Return True if an attribute in a statement has one of `names`."""
    return any(isinstance(one, ast.Attribute) and one.attr in names for one in ast.walk(node))


def find_shows(node: ast.stmt, paths: Mapping[str, str]) -> list[tuple[ast.Expr, str]]:
    """Return the statements in loops and functions that show the figures, and so close them, with the module's name."""
    found: list[tuple[ast.Expr, str]] = []
    pending: list[tuple[ast.AST, bool]] = [(node, False)]
    while pending:
        one, repeated = pending.pop()
        if isinstance(one, ast.Expr):
            if repeated and (name := _find_show(one, paths)):
                found.append((one, name))
            continue
        repeated = repeated or isinstance(one, ast.For | ast.While | ast.FunctionDef | ast.AsyncFunctionDef)
        pending += [(child, repeated) for child in ast.iter_child_nodes(one) if not isinstance(child, ast.expr)]
    return found


def _find_show(node: ast.stmt, paths: Mapping[str, str]) -> str:
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
