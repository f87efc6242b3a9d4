"""Render the body of a step of several cells: a section of a whole notebook, or cells with the same step name.

1. The cells follow each other in document order, as they were typed.
2. The value of the last line of a cell is displayed, as the notebook does; a check asserts it.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from jupyter_pipeline.compiler.analysis.dynamic_names import find_dynamic_calls
from jupyter_pipeline.compiler.analysis.statements import Program, Statement
from jupyter_pipeline.compiler.codegen.figures import render_closing
from jupyter_pipeline.compiler.codegen.source_map import Piece
from jupyter_pipeline.compiler.graph.naming import unused_name
from jupyter_pipeline.compiler.graph.steps import Step, has_last_value, is_writer
from jupyter_pipeline.compiler.graph.value_types import find_imported_paths

__all__ = ["is_displayed", "render_section"]

_EMPTY = Piece("")
_WITHOUT_RESULT = {
    "gc": r"disable|enable|freeze",
    "json": r"dump",
    "logging": r"basicConfig|captureWarnings|critical|debug|disable|error|exception|info|log|warning",
    "matplotlib": r"(pyplot\.)?(rc|rcdefaults|style\.use)|use|pyplot\.(box|cla|clf|clim|close|draw|grid|locator_params"
    r"|minorticks_off|minorticks_on|pause|sca|set_cmap|subplots_adjust|switch_backend|tick_params|ticklabel_format"
    r"|tight_layout)",
    "numpy": r"random\.seed|set_printoptions|testing\.assert_\w+",
    "os": r"chdir|mkdir|remove|rename|rmdir|unlink",
    "pandas": r"set_option|reset_option|testing\.assert_\w+|plotting\.(de)?register_matplotlib_converters",
    "pickle": r"dump",
    "random": r"seed|shuffle",
    "seaborn": r"despine|reset_defaults|reset_orig|set|set_color_codes|set_context|set_palette|set_style|set_theme",
    "shutil": r"rmtree",
    "sklearn": r"set_config",
    "sys": r"path\.(append|insert)|setrecursionlimit",
    "tensorflow": r"random\.set_seed",
    "time": r"sleep",
    "warnings": r"filterwarnings|simplefilter|warn|resetwarnings",
}
"""Functions that return nothing, by the import name of their library."""
_NEVER_NONE = frozenset(["describe", "head", "mean", "nunique", "sample", "sort_values", "sum", "tail", "value_counts"])
"""Methods that always return something to display."""
_NEVER_NONE_BUILTINS = frozenset(
    ["bool", "dict", "float", "int", "len", "list", "round", "set", "sorted", "str", "tuple"]
)
"""Builtin functions that never return ``None``."""


def is_displayed(program: Program, step: Step) -> bool:
    """Return True if the step displays the last value of a cell."""
    return any(s.cell not in _checks(program) for s in _find_displayed(program, step))


def render_section(
    program: Program, step: Step, imports: Sequence[Statement], render: Callable[[Statement], Piece]
) -> list[Piece]:
    """Return the pieces of the statements of a step of several cells.

    Parameters
    ----------
    program : Program
        The notebook.
    step : Step
        A step with `Step.cells`.
    imports : sequence of Statement
        Imports at module level.
    render : callable
        Function that returns the piece of one statement.
    """
    pieces: list[Piece] = []
    displayed = _find_displayed(program, step)
    names = {n for s in step.statements for n in s.bound | s.read}
    imported = {name for s in imports for name in s.bound}
    groups = [
        [*group] for _, group in itertools.groupby(step.statements, lambda s: (s.cell in step.cells) * (s.cell + 1))
    ]
    for own in groups:  # the statements of one cell, or of cells outside of the step
        if pieces:
            pieces.append(_EMPTY)
        for position, s in enumerate(own):
            if position and own[position - 1].cell == s.cell and _is_blank_between(program, own[position - 1], s):
                pieces.append(_EMPTY)
            pieces += render_closing(program, step, imported, s)
            pieces.append(_displayed(program, render(s), s, names) if s in displayed else render(s))
    return [*pieces, *render_closing(program, step, imported, None)]


def _checks(program: Program) -> set[int]:
    return {cell for cell, plain in program.plain.items() if "check" in plain.directives}


def _find_displayed(program: Program, step: Step) -> list[Statement]:
    """Return the last statement of each cell, where it is an expression that a notebook displays."""
    found = []
    for cell in step.cells:
        own = [s for s in step.statements if s.cell == cell]
        everything = program.of_cell(cell)
        if own and own[-1] is everything[-1] and has_last_value(own, program.plain[cell]):
            assert isinstance(own[-1].node, ast.Expr)
            is_dynamic = next(find_dynamic_calls(own[-1].node), None) is not None  # its text is changed, as in a cell
            if not is_dynamic and not _is_none(own[-1].node.value, program):
                found.append(own[-1])
    return found


def _is_none(value: ast.expr, program: Program) -> bool:
    """Return True if a call returns nothing, as a function of the notebook without ``return`` does."""
    if not isinstance(value, ast.Call):
        return False
    path = _find_path(value.func, find_imported_paths(s.node for s in program.statements))
    library, _, rest = path.partition(".")
    if library in _WITHOUT_RESULT and re.fullmatch(_WITHOUT_RESULT[library], rest):
        return True
    if isinstance(value.func, ast.Attribute):
        in_place = any(k.arg == "inplace" and ast.unparse(k.value) == "True" for k in value.keywords)
        return in_place or is_writer(value) or (value.func.attr == "savefig" and bool(value.args))
    if not isinstance(value.func, ast.Name):
        return False
    name = value.func.id
    binders = [s.node for s in program.statements if name in s.bound]
    return bool(binders) and all(isinstance(node, ast.FunctionDef) and _returns_nothing(node) for node in binders)


def _find_path(node: ast.expr, imports: Mapping[str, str]) -> str:
    """Return the import path of a function; empty if it is no attribute of an imported name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([imports[node.id], *reversed(parts)]) if isinstance(node, ast.Name) and node.id in imports else ""


def _returns_nothing(function: ast.FunctionDef) -> bool:
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            continue
        if isinstance(node, ast.Yield | ast.YieldFrom) or (isinstance(node, ast.Return) and node.value):
            return False
        pending += ast.iter_child_nodes(node)
    return not function.decorator_list


def _displayed(program: Program, piece: Piece, s: Statement, names: Collection[str]) -> Piece:
    """Return the piece that displays the value of a statement, or asserts it in a check."""
    assert isinstance(s.node, ast.Expr)
    value = s.node.value
    source = program.plain[s.cell].source
    text = ast.get_source_segment(source, value) or ast.unparse(value)
    if isinstance(value, ast.Tuple | ast.NamedExpr | ast.Yield) and not text.startswith("("):
        text = f"({text})"
    if s.cell in _checks(program):
        text = ast.unparse(value)
        lines = [f'assert str({text}) != "False", {text!r}']
    elif _is_never_none(value, program):
        lines = [f"display({text})"]
    else:
        shown = unused_name("shown", names)
        lines = [f"if ({shown} := {text}) is not None:", f"    display({shown})"]
    return Piece("\n".join([*_comments(piece), *lines]), piece.cell, piece.line)


def _comments(piece: Piece) -> Iterator[str]:
    """Yield the comment lines above a statement."""
    for line in piece.text.split("\n"):
        if not line.startswith("#"):
            return
        yield line


def _is_never_none(value: ast.expr, program: Program) -> bool:
    if not isinstance(value, ast.Call):
        return not isinstance(value, ast.Await | ast.IfExp | ast.BoolOp | ast.NamedExpr)
    if isinstance(value.func, ast.Name):
        name = value.func.id
        return name in _NEVER_NONE_BUILTINS and not any(name in s.bound | s.assigned for s in program.statements)
    return isinstance(value.func, ast.Attribute) and value.func.attr in _NEVER_NONE


def _is_blank_between(program: Program, first: Statement, second: Statement) -> bool:
    lines = program.plain[first.cell].source.split("\n")
    return any(not line.strip() for line in lines[(first.node.end_lineno or 1) : second.node.lineno - 1])
