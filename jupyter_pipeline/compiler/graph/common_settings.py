"""Find the settings of libraries at the top of a notebook, which each process of its steps can repeat.

1. The functions and objects are listed: they set options of the whole process, in any thread.
2. All values are literals, so that the settings depend on no step.
3. No other statement of the pipeline is above them, so that all steps run after them.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Collection, Mapping, Sequence

from jupyter_pipeline.compiler.analysis.statements import Statement
from jupyter_pipeline.compiler.graph.value_types import find_imported_paths

__all__ = ["split_settings"]

_FUNCTIONS = frozenset(
    [
        "dask.config.set",
        "matplotlib.pyplot.style.use",
        "matplotlib.style.use",
        "pandas.set_option",
        "seaborn.set",
        "seaborn.set_context",
        "seaborn.set_palette",
        "seaborn.set_style",
        "seaborn.set_theme",
        "warnings.filterwarnings",
        "warnings.simplefilter",
        "xarray.set_options",
    ]
)
"""Functions whose settings hold for the whole process. NumPy and scikit-learn have settings for one thread."""
_OBJECTS = ("pandas.options.", "matplotlib.rcParams[", "matplotlib.pyplot.rcParams[")
"""Beginnings of the targets of assignments."""


def split_settings(
    statements: Sequence[Statement], imports: Sequence[Statement], *, targets: Collection[int]
) -> tuple[list[Statement], list[Statement]]:
    """Return the settings above all other statements, and the other statements.

    Parameters
    ----------
    statements : sequence of Statement
        Statements of steps, in document order.
    imports : sequence of Statement
        Imports at module level.
    targets : collection of int
        Cells of steps: their statements stay in them.
    """
    paths = find_imported_paths(s.node for s in imports)
    count = 0
    while count < len(statements):
        s = statements[count]
        if s.cell in targets or s.bound or not _is_setting(s.node, paths):
            break
        count += 1
    return list(statements[:count]), list(statements[count:])


def _is_setting(node: ast.stmt, paths: Mapping[str, str]) -> bool:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        values = [*node.value.args, *(keyword.value for keyword in node.value.keywords)]
        named = all(keyword.arg for keyword in node.value.keywords)
        return named and _find_path(node.value.func, paths) in _FUNCTIONS and all(map(_is_literal, values))
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        return _find_path(node.targets[0], paths).startswith(_OBJECTS) and _is_literal(node.value)
    return False


def _find_path(node: ast.expr, paths: Mapping[str, str]) -> str:
    """Return the text of an expression with the import path of its first name; empty without such a name."""
    if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Constant):
        return ""
    first, dot, rest = ast.unparse(node).partition(".")
    name, bracket, index = first.partition("[")
    return f"{paths[name]}{bracket}{index}{dot}{rest}" if name in paths else ""


def _is_literal(node: ast.expr) -> bool:
    if isinstance(node, ast.Name):  # such as UserWarning
        return isinstance(getattr(builtins, node.id, None), type)
    try:
        ast.literal_eval(node)
    except ValueError:
        return False
    return True
