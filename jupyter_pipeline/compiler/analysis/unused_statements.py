"""Find statements of a slice criterion without a visible effect, whose values nothing uses.

1. Such as ``df.isnull().sum()`` above the last line, and a value that is rebound before it is read.
2. Each call of such a statement is known to return a value and to do nothing else: it prints, draws, writes and changes
   nothing.
3. The last statement of a cell and its last assignment are results, so they always stay.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence

from jupyter_pipeline.compiler.analysis.library_models.registry import METHODS, find_function
from jupyter_pipeline.compiler.analysis.locations import RANDOM_STATE, Access
from jupyter_pipeline.compiler.analysis.statements import Statement
from jupyter_pipeline.compiler.analysis.values import TABLE

__all__ = ["find_unused"]

_BUILTINS = frozenset([
    "abs", "all", "any", "bool", "dict", "enumerate", "float", "frozenset", "int", "isinstance", "len", "list", "max",
    "min", "range", "repr", "reversed", "round", "set", "sorted", "str", "sum", "tuple", "type", "zip",
])  # fmt: skip
_LIBRARIES = frozenset(
    ["collections", "datetime", "decimal", "itertools", "math", "numpy", "operator", "pandas", "polars"]
)
"""Libraries whose functions print nothing and use no service, except for those in `_VISIBLE`."""
_VISIBLE = frozenset(
    [
        "boxplot",
        "display",
        "hist",
        "info",
        "plot",
        "print",
        "progress_apply",
        "show",
        "show_config",
        "show_versions",
        "test",
    ]
)
"""Names of calls that print or draw."""
_QUIET = (
    *(ast.Constant, ast.Name, ast.Attribute, ast.Subscript, ast.Slice, ast.Starred, ast.keyword, ast.expr_context),
    *(ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.operator, ast.unaryop, ast.boolop, ast.cmpop),
    *(ast.List, ast.Tuple, ast.Dict, ast.Set, ast.JoinedStr, ast.FormattedValue, ast.Lambda, ast.arguments, ast.arg),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.comprehension),
)
_TEXT_METHODS = frozenset(
    [
        "capitalize",
        "endswith",
        "format",
        "join",
        "lower",
        "lstrip",
        "replace",
        "rsplit",
        "rstrip",
        "split",
        "startswith",
        "strip",
        "title",
        "upper",
        "zfill",
        "items",
        "keys",
        "values",
        "get",
        "index",
        "count",
    ]
)
_PURE_METHODS = (METHODS[TABLE].pure | _TEXT_METHODS) - _VISIBLE


def find_unused(
    statements: Sequence[Statement], criteria: Collection[int], always_kept: int, read_below: Collection[str]
) -> int:
    """Return the bits of the statements of the criteria that may be left out if no kept statement depends on them.

    Parameters
    ----------
    statements : sequence of Statement
        The program up to the last criterion, with dependencies.
    criteria : collection of int
        Indices of the cells.
    always_kept : int
        Bits of the statements that any slice keeps.
    read_below : collection of str
        Names that cells below the last criterion read.
    """
    if any(isinstance(s.node, ast.ClassDef) and "print" in ast.dump(s.node) for s in statements):
        return 0  # an operator or attribute of its instances may print
    is_seeded = any(s.effects.get(RANDOM_STATE, Access.READ) & Access.CREATE for s in statements)
    imports = _find_imports(statements)
    functions = _find_functions(statements)
    unused = 0
    for cell in criteria:
        own = [s for s in statements if s.cell == cell]
        rebound: set[str] = set()
        is_result = bool(own) and not _find_targets(own[-1].node)
        for s in reversed(own[:-1]):
            targets = _find_targets(s.node)
            is_last_assignment = is_result and bool(targets)
            is_result = is_result and not targets
            is_wanted = any(name in read_below and name not in rebound for name in targets)
            effects = {*s.effects} - (set() if is_seeded else {RANDOM_STATE})  # without a seed, no draw counts
            has_effect = bool(effects or s.written or s.changes or s.dynamic or s.notes)
            value = s.node.value if isinstance(s.node, ast.Expr | ast.Assign | ast.AnnAssign) else None
            if (
                value is not None
                and (targets or isinstance(s.node, ast.Expr))
                and not is_last_assignment
                and not is_wanted
                and not has_effect
                and not always_kept >> s.number & 1
                and _is_quiet(value, imports, functions, 3)
            ):
                unused |= 1 << s.number
            rebound |= targets
    return unused


def _find_targets(node: ast.stmt) -> set[str]:
    """Return the names of an assignment to names only; empty for other statements."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    names: set[str] = set()
    for target in targets:
        elements = target.elts if isinstance(target, ast.Tuple) else [target]
        if not all(isinstance(element, ast.Name) for element in elements):
            return set()
        names |= {element.id for element in elements if isinstance(element, ast.Name)}
    return names


def _find_imports(statements: Sequence[Statement]) -> dict[str, str]:
    found: dict[str, str] = {}
    for s in statements:
        if isinstance(s.node, ast.Import):
            found |= {
                a.asname or a.name.partition(".")[0]: a.name if a.asname else a.name.partition(".")[0]
                for a in s.node.names
            }
        elif isinstance(s.node, ast.ImportFrom) and s.node.module:
            found |= {a.asname or a.name: f"{s.node.module}.{a.name}" for a in s.node.names}
    return found


def _find_functions(statements: Sequence[Statement]) -> dict[str, ast.FunctionDef | None]:
    """Return the functions of the notebook by name; ``None`` for a name with several definitions."""
    found: dict[str, ast.FunctionDef | None] = {}
    for s in statements:
        for name in s.bound:
            is_function = isinstance(s.node, ast.FunctionDef) and s.node.name == name and not s.node.decorator_list
            found[name] = s.node if is_function and name not in found and isinstance(s.node, ast.FunctionDef) else None
    return found


def _is_quiet(
    node: ast.AST, imports: Mapping[str, str], functions: Mapping[str, ast.FunctionDef | None], depth: int
) -> bool:
    """Return True if an expression only computes a value."""
    for part in ast.walk(node):
        if isinstance(part, ast.Call):
            if not _is_quiet_call(part.func, imports, functions, depth):
                return False
        elif not isinstance(part, _QUIET):
            return False
    return True


def _is_quiet_call(
    function: ast.expr, imports: Mapping[str, str], functions: Mapping[str, ast.FunctionDef | None], depth: int
) -> bool:
    if isinstance(function, ast.Name):
        name = function.id
        if name in functions and name not in imports:
            own = functions[name]
            return own is not None and depth > 0 and _is_quiet_function(own, imports, functions, depth - 1)
        if name not in imports:
            return name in _BUILTINS
    path = _find_path(function, imports)
    if path:
        model = find_function(path)
        is_known = path.partition(".")[0] in _LIBRARIES and path.rpartition(".")[2] not in _VISIBLE
        return model is not None and is_known
    return isinstance(function, ast.Attribute) and function.attr in _PURE_METHODS


def _is_quiet_function(
    own: ast.FunctionDef, imports: Mapping[str, str], functions: Mapping[str, ast.FunctionDef | None], depth: int
) -> bool:
    for node in own.body:
        value = node.value if isinstance(node, ast.Return | ast.Assign | ast.Expr) else None
        if not isinstance(node, ast.Return | ast.Assign | ast.Expr):
            return False
        if isinstance(node, ast.Assign) and not _find_targets(node):
            return False
        if value is not None and not _is_quiet(value, imports, functions, depth):
            return False
    return True


def _find_path(node: ast.expr, imports: Mapping[str, str]) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([imports[node.id], *reversed(parts)]) if isinstance(node, ast.Name) and node.id in imports else ""
