"""Order of imports and the statements above them that change the process.

A change of an environment variable, of the import path or of the backend of matplotlib may act on the imports below it.
Such an import stays below it, in the function of a step. Each step that needs the import has a copy of both.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence

from jupyter_pipeline.compiler.analysis.dynamic_names import is_star_import
from jupyter_pipeline.compiler.analysis.heap import bits
from jupyter_pipeline.compiler.analysis.locations import FIGURE, PROCESS, SETTINGS, Access
from jupyter_pipeline.compiler.analysis.statements import Statement
from jupyter_pipeline.compiler.graph.value_types import find_imported_paths

__all__ = ["copy_statements", "find_copied_statements", "find_late_star_imports", "find_ordered_imports"]

_HARMLESS = ("warnings", "logging", "gc", "signal", "atexit", "faulthandler", "time", "random", "locale")
"""Modules with process state that does not change what an import does."""
_BACKEND_CHOICES = ("matplotlib.use",)
"""Functions that change what later imports of their library do."""


def find_ordered_imports(statements: Sequence[Statement], level: Collection[int]) -> dict[int, int]:
    """Return the statements that import below a change of the process, each with the bits of these changes.

    Parameters
    ----------
    statements : sequence of Statement
        The slice, in order.
    level : collection of int
        Numbers of the statements that may be at module level.
    """
    paths = find_imported_paths(node for s in statements for node in [s.node])
    found: dict[int, int] = {}
    modules: set[str] = set()
    changes = 0
    backends: dict[str, int] = {}
    for s in statements:
        imported = {*_imported_modules(s.node)} if s.number in level else set[str]()
        if imported:
            others = {m for m in imported - modules if m.partition(".")[0] not in sys.stdlib_module_names}
            needs = changes if others else 0
            for module in others:
                needs |= backends.get(module.partition(".")[0], 0)
            if needs:
                found[s.number] = needs
            else:
                modules |= imported
        elif s.number in level:
            continue
        elif s.effects.get(PROCESS, Access.READ) & Access.WRITE and not _is_harmless(s.node, paths):
            changes |= 1 << s.number
        elif s.effects.get(SETTINGS, Access.READ) & Access.WRITE:
            for path in _called_paths(s.node, paths):
                if path in _BACKEND_CHOICES:
                    library = path.partition(".")[0]
                    backends[library] = backends.get(library, 0) | 1 << s.number
    return found


def find_late_star_imports(statements: Sequence[Statement], level: Collection[int]) -> list[int]:
    """Return the numbers of star imports that may bind a name again which an earlier statement of a step binds.

    Parameters
    ----------
    statements : sequence of Statement
        The slice, in order.
    level : collection of int
        Numbers of the statements at module level.
    """
    found = []
    for position, s in enumerate(statements):
        if s.number in level and is_star_import(s.node):
            bound = {n for one in statements[:position] if not _is_import(one) for n in one.bound}
            if any(not bound.isdisjoint(one.read | one.deferred) for one in statements[position:]):
                found.append(s.number)
    return found


def find_copied_statements(statements: Sequence[Statement]) -> int:
    """Return the bits of imports in steps, and of the changes above them, that each step can have a copy of.

    Parameters
    ----------
    statements : sequence of Statement
        Statements of steps.
    """
    by_number = {s.number: s for s in statements}
    everything = sum(1 << number for number in by_number)
    binders: dict[str, set[str]] = {}
    for s in statements:
        for name in s.bound:
            binders.setdefault(name, set()).add(ast.dump(s.node))
    found = 0
    for s in statements:
        if not _is_import(s) or any(len(binders[name]) > 1 for name in s.bound):
            continue
        closure = new = 1 << s.number
        while new:
            reached = 0
            for number in bits(new):
                reached |= by_number[number].needs & everything
            new = reached & ~closure
            closure |= new
        others = [by_number[number] for number in bits(closure & ~(1 << s.number))]
        if others and all(_is_import(o) or _changes_process_only(o) for o in others):
            found |= closure
    return found


def copy_statements(own: Sequence[Statement], copied: int, by_number: Mapping[int, Statement]) -> list[Statement]:
    """Return the statements of a step in order, with the statements among `copied` that they need.

    Parameters
    ----------
    own : sequence of Statement
        Statements of the step.
    copied : int
        Result of `find_copied_statements`.
    by_number : mapping of int to Statement
        All statements of steps.
    """
    found = {s.number: s for s in own}
    todo = list(own)
    while todo:
        for number in bits(todo.pop().needs & copied):
            if number not in found:
                found[number] = by_number[number]
                todo.append(by_number[number])
    return [found[number] for number in sorted(found)]


def _is_import(s: Statement) -> bool:
    return isinstance(s.node, ast.Import | ast.ImportFrom)


def _changes_process_only(s: Statement) -> bool:
    return not s.bound and {*s.effects} <= {PROCESS, SETTINGS, FIGURE}


def _imported_modules(node: ast.stmt) -> Iterator[str]:
    """Yield the modules that a statement imports when it runs."""
    pending: list[ast.AST] = [node]
    while pending:
        one = pending.pop()
        if isinstance(one, ast.Import):
            yield from (alias.name for alias in one.names)
        elif isinstance(one, ast.ImportFrom):
            if one.module and not one.level:
                yield one.module
                yield from (f"{one.module}.{alias.name}" for alias in one.names)
        elif isinstance(one, ast.If | ast.Try | ast.ExceptHandler):
            pending += ast.iter_child_nodes(one)


def _called_paths(node: ast.stmt, paths: Mapping[str, str]) -> Iterator[str]:
    """Yield the dotted paths of the library functions that a statement calls."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call):
            name, dot, rest = ast.unparse(call.func).partition(".")
            if name in paths:
                yield f"{paths[name]}{dot}{rest}"


def _is_harmless(node: ast.stmt, paths: Mapping[str, str]) -> bool:
    """Return True if a statement only calls functions whose process state does not act on imports."""
    if not isinstance(node, ast.Expr):
        return False
    called = [*_called_paths(node, paths)]
    return bool(called) and all(path.partition(".")[0] in _HARMLESS for path in called)
