"""Refuse steps with ``--function`` that use a client or a cluster: their machines cannot reach it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from jupyter_pipeline.compiler.analysis.statements import Statement
from jupyter_pipeline.compiler.graph.steps import Step
from jupyter_pipeline.compiler.graph.value_types import find_imported_paths
from jupyter_pipeline.compiler.refusals import refusal
from jupyter_pipeline.exceptions import CompileRefusedError

__all__ = ["refuse_clients"]

_MAKERS = (
    "coiled.Cluster",
    "dask_cloudprovider.",
    "dask_gateway.",
    "dask_jobqueue.",
    "dask_kubernetes.",
    "distributed.",
    "dask.distributed.",
    "jupyter_pipeline.attach",
    "jupyter_pipeline.start_cluster",
)
"""Beginnings of the paths of functions and classes that return a client or a cluster."""
_ALLOWED = ("wait", "as_completed", "progress", "performance_report", "get_worker", "print")
"""Functions of distributed that return no client."""
_METHODS = ("get_client", "connect_client")
"""Methods of clusters that return a client."""


def refuse_clients(steps: Sequence[Step], imports: Sequence[Statement], helpers: Sequence[Statement]) -> None:
    """Refuse functions that read or make a client or a cluster.

    Parameters
    ----------
    steps : sequence of Step
        Connected steps.
    imports, helpers : sequence of Statement
        Statements at module level.

    Raises
    ------
    CompileRefusedError
        With the first use in each function.
    """
    if not any(step.function for step in steps):
        return
    inner = [s for step in steps for s in step.statements]
    paths = find_imported_paths(s.node for s in [*imports, *helpers, *inner])
    names = {name for s in inner for name in _find_clients(s.node, paths)}
    names |= {name for s in helpers if any(_find_makers(s.node, paths)) for name in s.bound}
    refusals = []
    for step in steps:
        for s in step.statements if step.function else ():
            if found := [*_find_makers(s.node, paths), *sorted((s.read | s.deferred) & names)]:
                refusals.append(refusal("function-client", cell=s.cell, line=s.node.lineno, name=found[0]))
                break
    if refusals:
        raise CompileRefusedError(refusals)


def _find_makers(node: ast.AST, paths: Mapping[str, str]) -> Iterator[str]:
    """Yield the text of each call that returns a client or a cluster."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and _is_maker(call, paths):
            yield f"{ast.unparse(call.func)}()"


def _find_clients(node: ast.AST, paths: Mapping[str, str]) -> Iterator[str]:
    """Yield each name that a statement binds to a client or a cluster."""
    for part in ast.walk(node):
        if isinstance(part, ast.Assign) and _is_client(part.value, paths):
            yield from (t.id for target in part.targets for t in ast.walk(target) if isinstance(t, ast.Name))
        elif isinstance(part, ast.withitem) and part.optional_vars and _is_client(part.context_expr, paths):
            yield from (t.id for t in ast.walk(part.optional_vars) if isinstance(t, ast.Name))


def _is_client(value: ast.expr, paths: Mapping[str, str]) -> bool:
    """Return True if the value of an expression is a client or a cluster."""
    if not isinstance(value, ast.Call):
        return False
    is_method = isinstance(value.func, ast.Attribute) and value.func.attr in _METHODS
    return is_method or _is_maker(value, paths)


def _is_maker(call: ast.Call, paths: Mapping[str, str]) -> bool:
    path = _path_of(call.func, paths)
    return path.startswith(_MAKERS) and path.rpartition(".")[2] not in _ALLOWED


def _path_of(node: ast.expr, paths: Mapping[str, str]) -> str:
    """Return the import path of an expression; empty for a value that is not imported."""
    if isinstance(node, ast.Name):
        return paths.get(node.id, "")
    if isinstance(node, ast.Attribute):
        base = _path_of(node.value, paths)
        return f"{base}.{node.attr}" if base else ""
    return ""
