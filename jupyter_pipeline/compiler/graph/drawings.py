"""Statements before which a run draws the figures, because Jupyter has drawn them there.

A drawing fixes limits and layout. Later changes such as ``ax.add_patch`` do not change them.

1. With the inline backend, Jupyter draws all figures at the end of a cell and after ``plt.show()``. A run draws them
   there if a later statement may make such a change.
2. Jupyter draws a figure again where a cell displays it. A run does not, so that a note names the cell.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence

from jupyter_pipeline.compiler.analysis.statements import Program, Statement
from jupyter_pipeline.compiler.frontend.notebook import CellNote
from jupyter_pipeline.compiler.graph.figures import find_show, names_attribute, opens_figure
from jupyter_pipeline.compiler.graph.steps import Step, has_last_value
from jupyter_pipeline.compiler.graph.value_types import find_imported_paths

__all__ = ["set_drawings"]

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
_INDEPENDENT_FUNCTIONS = frozenset([
    "abs", "bool", "dict", "display", "enumerate", "float", "int", "isinstance", "len", "list", "max", "min", "print",
    "range", "reversed", "round", "set", "sorted", "str", "sum", "tuple", "type", "zip",
])  # fmt: skip
"""Builtin functions whose call has the same result, and which call no function of the notebook."""
_INDEPENDENT_LIBRARIES = ("datetime", "json", "math", "numpy", "os", "pathlib", "random", "re", "statistics", "time")
"""Libraries whose functions use no figure."""
_DRAW = ("draw", "draw_without_rendering")
"""Methods that draw a figure as its display does."""
_DISPLAY = "display"
_SETTINGS = ("figure.autolayout", "figure.constrained_layout.use")
"""Settings that give all figures a layout engine."""
_SETTING_METHODS = ("set_layout_engine", "set_tight_layout", "set_constrained_layout")


def set_drawings(program: Program, steps: Sequence[Step], imports: Sequence[Statement]) -> list[CellNote]:
    """Set `Step.draws`, `Step.draws_last` and `Program.draws_figures`.

    Parameters
    ----------
    program : Program
        The notebook.
    steps : sequence of Step
        Steps in document order.
    imports : sequence of Statement
        Imports at module level.

    Returns
    -------
    list of CellNote
        Notes on cells that draw figures where a run does not.
    """
    statements = [s for step in steps for s in step.statements]
    paths = find_imported_paths(s.node for s in [*imports, *statements])
    periods = _find_periods(program, paths)
    opening = [s for s in statements if opens_figure(s) and s.cell not in program.open_figure_cells]
    methods = _find_methods(program) if opening else set()
    has_layout = any(_sets_layout(s.node) for s in program.statements) if opening else False
    drawn: set[tuple[int, int]] = set()
    dependent: list[tuple[Statement, list[Statement]]] = []
    for s in statements if opening else ():
        used = [o for o in opening if _needs(s, o)]
        if used and (has_layout or any(_has_layout(o.node) for o in used) or _depends_on_drawing(s, paths, methods)):
            dependent.append((s, used))
            drawn |= {periods[o.number] for o in used if periods[o.number] < periods[s.number]}
    program.draws_figures = bool(drawn)
    for step in steps:
        _set_draws(step, periods, drawn, is_only=len(steps) == 1)
    return list(_note_displays(program, statements, periods, dependent))


def _set_draws(
    step: Step, periods: Sequence[tuple[int, int]], drawn: Collection[tuple[int, int]], *, is_only: bool
) -> None:
    """Set `Step.draws` and `Step.draws_last` for figures that are drawn at the end of some periods."""
    found: set[int] = set()
    previous: Statement | None = None
    pending = False
    for s in step.statements:
        if pending and previous is not None and periods[previous.number] != periods[s.number]:
            found.add(s.number)
            pending = False
        pending = pending or (opens_figure(s) and periods[s.number] in drawn)
        previous = s
    step.draws = frozenset(found)
    step.draws_last = pending and not is_only and not step.returns_last  # else no other step uses its figures


def _note_displays(
    program: Program,
    kept: Sequence[Statement],
    periods: Sequence[tuple[int, int]],
    dependent: Sequence[tuple[Statement, list[Statement]]],
) -> Iterator[CellNote]:
    """Yield a note for each cell that displays a figure between two changes of it, if the order makes a difference."""
    noted: set[int] = set()
    for shown in _find_displays(program) if dependent else ():
        period = periods[shown.number]
        for opened in {o for s, used in dependent if s.number > shown.number for o in used if _needs(shown, o)}:
            is_own = periods[opened.number] == period  # else its end has drawn the changes before it
            later = [
                s for s, used in dependent
                if s.number > shown.number and opened in used and (not is_own or periods[s.number] == period)
            ]  # fmt: skip
            changes = [
                one for one in kept
                if one.changes and (is_own or periods[one.number] > periods[opened.number])
                and (one is opened or _needs(one, opened)) and (one is shown or _needs(shown, one))
                and any(_needs(s, one) for s in later)
            ]  # fmt: skip
            if changes and shown.cell not in noted and not names_attribute(changes[-1].node, _DRAW):
                noted.add(shown.cell)
                text = "Jupyter draws the figure that it displays, and a run does not, so limits and layout may differ"
                yield CellNote(shown.cell, f"{text}. Call fig.canvas.draw() there")


def _needs(s: Statement, other: Statement) -> bool:
    return bool(s.needs >> other.number & 1)


def _find_displays(program: Program) -> Iterator[Statement]:
    """Yield the statements that may display a figure."""
    functions = {_DISPLAY}
    for s in program.statements:
        displays = any(
            isinstance(one, ast.Call) and _last_name(one.func) in functions for one in ast.walk(s.node)
        )  # also in functions of the notebook
        if isinstance(s.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            functions |= {s.node.name} if displays else set()
        elif displays or (s.shows_figure and _is_displayed(program, s)):
            yield s


def _is_displayed(program: Program, s: Statement) -> bool:
    """Return True if Jupyter displays the value of a statement, because it is the last line of its cell."""
    own = program.of_cell(s.cell)
    return own[-1] is s and has_last_value(own, program.plain[s.cell])


def _last_name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _find_periods(program: Program, paths: Mapping[str, str]) -> list[tuple[int, int]]:
    """Return for each statement its cell, and the number of statements above it in the cell that show the figures."""
    found: list[tuple[int, int]] = []
    shows = cell = -1
    for s in program.statements:
        shows = 0 if s.cell != cell else shows
        cell = s.cell
        found.append((cell, shows))
        shows += bool(find_show(s.node, paths))
    return found


def _has_layout(node: ast.stmt) -> bool:
    """Return True if a statement starts a figure whose drawing moves its axes."""
    return any(isinstance(one, ast.keyword) and (one.arg is None or "layout" in one.arg) for one in ast.walk(node))


def _sets_layout(node: ast.stmt) -> bool:
    """Return True if a statement gives a layout engine to figures that are open, or to all."""
    return names_attribute(node, _SETTING_METHODS) or any(
        isinstance(one, ast.Constant) and one.value in _SETTINGS for one in ast.walk(node)
    )


def _find_methods(program: Program) -> set[str]:
    """Return the names of the methods of the notebook's classes."""
    return {
        one.name
        for s in program.statements
        if isinstance(s.node, ast.ClassDef)
        for one in ast.walk(s.node)
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def _depends_on_drawing(s: Statement, paths: Mapping[str, str], methods: Collection[str]) -> bool:
    """Return True if a statement may have another result after the figure is drawn.

    Parameters
    ----------
    s : Statement
        The statement.
    paths : mapping of str to str
        Import path of each imported name.
    methods : collection of str
        Names of the methods of the notebook's classes.
    """
    for one in ast.walk(s.node):
        if isinstance(one, ast.Attribute) and (one.attr not in _INDEPENDENT or one.attr in methods):
            root = paths.get(ast.unparse(one).partition(".")[0], "").partition(".")[0]
            if root not in _INDEPENDENT_LIBRARIES:
                return True
        if isinstance(one, ast.Call) and not isinstance(one.func, ast.Attribute):
            name = one.func.id if isinstance(one.func, ast.Name) else ""
            if name not in _INDEPENDENT_FUNCTIONS:
                return True
    return False
