"""Remove unused imports without an effect, and mark unused variables with an underscore.

Objects exist as long as before: a renamed variable holds its value until the function returns. Code that may look up a
name by its text is not changed.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Collection, Iterator

from jupyter_pipeline.compiler.analysis.library_models.registry import find_patched_library

__all__ = ["UNUSED_NAME_RULES", "remove_imports", "rename_variables"]

UNUSED_NAME_RULES = frozenset(["B007", "F841", "RUF059"])
"""Rules of Ruff for variables that are not read."""

_DYNAMIC = re.compile(r"\b(?:eval|exec|globals|locals|vars)\(")
_EFFECTIVE_MODULES = frozenset(["antigravity", "faulthandler", "idlelib", "readline", "rlcompleter", "this"])
"""Modules of the standard library whose import has an effect."""
_QUIET_LIBRARIES = frozenset(
    ["IPython", "joblib", "matplotlib", "networkx", "numpy", "pandas", "polars", "requests", "scipy", "sklearn", "yaml"]
)
"""Libraries whose import changes no other library."""


def remove_imports(text: str, unused: Collection[str]) -> str:
    """Return `text` without the unused imports at module level that have no effect.

    A class of a module from which another name is used has none, and neither has a module that changes no other one.

    Parameters
    ----------
    text : str
        Python code.
    unused : collection of str
        Full names of the unused imports, as Ruff names them.
    """
    if not unused or _DYNAMIC.search(text):
        return text
    lines = text.split("\n")
    for node in reversed(ast.parse(text).body):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        begin, end = node.lineno - 1, node.end_lineno or node.lineno
        if "#" in re.sub(r"#\s*noqa: F401\b", "", "".join(lines[begin:end])):
            continue
        names = [alias for alias in node.names if not _is_removable(node, alias, unused, text)]
        if isinstance(node, ast.ImportFrom) and not names and not _is_quiet(node.module or ""):
            continue  # the module must be imported for its effects
        if len(names) < len(node.names):
            kept = ast.ImportFrom(node.module, names, 0) if isinstance(node, ast.ImportFrom) else ast.Import(names)
            lines[begin:end] = [ast.unparse(kept)] if names else []
    return "\n".join(lines)


def _is_removable(node: ast.Import | ast.ImportFrom, alias: ast.alias, unused: Collection[str], text: str) -> bool:
    if isinstance(node, ast.Import):
        bound = alias.asname or alias.name.partition(".")[0]
        if "." in alias.name and _is_mentioned(alias.name, text):  # it is an attribute of the package, too
            return False
        return alias.name in unused and _is_quiet(alias.name) and not _is_mentioned(bound, text)
    if not node.module or node.level or f"{node.module}.{alias.name}" not in unused:
        return False
    if _is_mentioned(alias.asname or alias.name, text) or ("." in node.module and _is_mentioned(node.module, text)):
        return False
    return _is_quiet(node.module) or alias.name[:1].isupper()  # no submodule


def _is_mentioned(name: str, text: str) -> bool:
    """Return True if the name occurs once more, such as in a text that is evaluated."""
    return len(re.findall(rf"(?<![\w.]){re.escape(name)}\b", text)) > 1


def _is_quiet(module: str) -> bool:
    root = module.partition(".")[0]
    if find_patched_library(module):
        return False
    return root in _QUIET_LIBRARIES or (root in sys.stdlib_module_names and root not in _EFFECTIVE_MODULES)


def rename_variables(text: str, places: Collection[tuple[int, int]]) -> str:
    """Return `text` with an underscore before the variables at `places`.

    Parameters
    ----------
    text : str
        Python code.
    places : collection of (int, int)
        Row and column of each variable that is not read, counted from 1, as Ruff reports them.
    """
    if not places or _DYNAMIC.search(text):
        return text
    lines = text.split("\n")
    tree = ast.parse(text)
    texts = " ".join(n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str))
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    for row, column in sorted(places, reverse=True):
        line = lines[row - 1]
        match = re.match(r"\w+", line[column - 1 :])
        name = match[0] if match else ""
        if not name or name.startswith("_") or f"_{name}" in names or re.search(rf"\b{name}\b", texts):
            continue
        handler = re.match(rf"(\s*except\b.*) as {name}:", line)
        if handler:
            lines[row - 1] = f"{handler[1]}:{line[handler.end() :]}"
        elif not _is_read(tree, name, row):
            lines[row - 1] = f"{line[: column - 1]}_{line[column - 1 :]}"
    return "\n".join(lines)


def _is_read(tree: ast.Module, name: str, row: int) -> bool:
    """Return True if the innermost function around `row`, or a function inside it, uses the variable."""
    scope: ast.AST = tree
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.body[0].lineno <= row <= (
            node.end_lineno or 0
        ):
            scope = node  # the walk visits outer functions first
    return any(used == name for used in _used_names(scope))


def _used_names(scope: ast.AST) -> Iterator[str]:
    for node in ast.walk(scope):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Global | ast.Nonlocal):
            yield from node.names
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
