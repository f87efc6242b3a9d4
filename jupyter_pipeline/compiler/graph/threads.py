"""Find values and settings that belong to one thread, in a run whose steps use several.

1. A connection of ``sqlite3`` works only in its thread: the steps that use it become one.
2. Settings of ``decimal``, scikit-learn and similar libraries apply to one thread: the step that changes them and all
   later steps become one.
3. Steps that await share an event loop in a notebook: they become one.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from jupyter_pipeline.compiler.analysis.statements import Statement
from jupyter_pipeline.compiler.analysis.syntax import shorten_statement
from jupyter_pipeline.compiler.graph.edges import Conflict
from jupyter_pipeline.compiler.graph.steps import Step, awaits
from jupyter_pipeline.compiler.graph.value_types import find_path

__all__ = ["find_thread_bound"]

_THREAD_SETTINGS = frozenset(
    [
        "asyncio.set_event_loop",
        "decimal.getcontext",
        "decimal.setcontext",
        "nest_asyncio.apply",
        "numpy.set_printoptions",
        "numpy.setbufsize",
        "numpy.seterr",
        "numpy.seterrcall",
        "signal.signal",
        "sklearn.set_config",
        "torch.autograd.set_grad_enabled",
        "torch.set_grad_enabled",
    ]
)
"""Functions whose effect is limited to the thread, or that only the main thread can call."""
_CONNECTIONS = frozenset(["sqlite3.connect"])
_DERIVING = frozenset(["cursor", "execute", "executemany", "executescript", "backup"])
"""Methods that return another object of the connection's thread."""


def find_thread_bound(steps: Sequence[Step], imports: Sequence[Statement]) -> Iterator[Conflict]:
    """Yield a conflict for each value or setting of one thread that several steps need.

    Parameters
    ----------
    steps : sequence of Step
        Connected steps.
    imports : sequence of Statement
        Imports at module level.
    """
    modules = _find_modules([*imports, *(s for step in steps for s in step.statements)])
    yield from _find_settings(steps, modules)
    yield from _find_connections(steps, modules)
    yield from _find_awaiting(steps)


def _find_settings(steps: Sequence[Step], modules: Mapping[str, str]) -> Iterator[Conflict]:
    for position, step in enumerate(steps[:-1]):
        for s in step.statements:
            for node in ast.walk(s.node):
                if isinstance(node, ast.Call) and find_path(node.func, modules) in _THREAD_SETTINGS:
                    reason = "it applies to one thread, and steps run in several"
                    yield Conflict(s, ast.unparse(node.func), "one-thread", reason, position, len(steps) - 1)


def _find_connections(steps: Sequence[Step], modules: Mapping[str, str]) -> Iterator[Conflict]:
    bound: dict[str, int] = {}
    for position, step in enumerate(steps):
        for s in step.statements:
            for name in sorted(s.read & set(bound)):
                if bound[name] != position:
                    yield Conflict(
                        s, name, "one-thread", "a connection works only in its thread", bound[name], position
                    )
            for node in ast.walk(s.node):
                if isinstance(node, ast.Call) and _connects(node, modules, bound):
                    bound |= dict.fromkeys(s.bound, position)


def _connects(node: ast.Call, modules: Mapping[str, str], bound: Mapping[str, int]) -> bool:
    if find_path(node.func, modules) in _CONNECTIONS:
        return not any(k.arg == "check_same_thread" for k in node.keywords)
    function = node.func
    if not isinstance(function, ast.Attribute) or function.attr not in _DERIVING:
        return False
    return isinstance(function.value, ast.Name) and function.value.id in bound


def _find_awaiting(steps: Sequence[Step]) -> Iterator[Conflict]:
    waiting = [position for position, step in enumerate(steps) if any(awaits(s.node) for s in step.statements)]
    if len(waiting) > 1:
        s = next(s for s in steps[waiting[-1]].statements if awaits(s.node))
        reason = "cells that await share one event loop"
        yield Conflict(s, shorten_statement(s.node), "one-thread", reason, waiting[0], waiting[-1])


def _find_modules(statements: Sequence[Statement]) -> dict[str, str]:
    """Return the dotted path of each imported name."""
    found: dict[str, str] = {}
    for s in statements:
        for node in ast.walk(s.node):
            if isinstance(node, ast.Import):
                found |= {
                    a.asname or a.name.partition(".")[0]: a.name if a.asname else a.name.partition(".")[0]
                    for a in node.names
                }
            elif isinstance(node, ast.ImportFrom) and node.module:
                found |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    return found
