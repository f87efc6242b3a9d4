"""Refuse steps with ``--function`` that use a client or a cluster: their machines cannot reach it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from jupyter_pipeline.compiler.analysis.statements import Statement
from jupyter_pipeline.compiler.graph.steps import Step
from jupyter_pipeline.compiler.graph.value_types import find_bindings, find_imported_paths, find_path
from jupyter_pipeline.compiler.refusals import refusal
from jupyter_pipeline.exceptions import CompileRefusedError

__all__ = ["is_client_maker", "refuse_clients"]

_PACKAGES = (
    "coiled.",
    "dask.distributed.",
    "dask_cloudprovider.",
    "dask_cuda.",
    "dask_gateway.",
    "dask_jobqueue.",
    "dask_kubernetes.",
    "dask_yarn.",
    "distributed.",
)
"""Packages whose classes with a name such as ``LocalCluster`` are clusters."""
_MAKERS = frozenset(
    {
        *("Client", "Gateway", "default_client", "get_client", "worker_client"),
        *("Event", "Lock", "MultiLock", "Pub", "Queue", "Semaphore", "Sub", "Variable"),  # objects of the scheduler
    }
)
"""Other functions and classes of these packages that return or need a client."""
_OWN_MAKERS = ("jupyter_pipeline.attach", "jupyter_pipeline.start_cluster")
_METHODS = ("get_client", "connect_client", "as_current")
"""Methods of clusters and clients that return a client."""
_ENTERING = ("enter_context", "enter_async_context", "closing", "aclosing")
"""Functions of context managers that return their argument."""


def is_client_maker(path: str) -> bool:
    """Return True if a function or class with this import path returns a client or a cluster.

    Examples
    --------
    >>> is_client_maker("distributed.LocalCluster"), is_client_maker("distributed.utils.format_bytes")
    (True, False)
    """
    if path in _OWN_MAKERS:
        return True
    return path.startswith(_PACKAGES) and any(n in _MAKERS or n.endswith("Cluster") for n in path.split(".")[1:])


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
    clients = _Clients(find_imported_paths(s.node for s in [*imports, *helpers, *inner]))
    for s in helpers:
        clients.visit(s)
    refusals = []
    for step in steps:
        found: list[str] = []
        for s in step.statements:
            if step.function and not found and (found := clients.find_uses(s)):
                refusals.append(refusal("function-client", cell=s.cell, line=s.node.lineno, name=found[0]))
            clients.visit(s)
    if refusals:
        raise CompileRefusedError(refusals)


class _Clients:
    """Names of clients, clusters, and functions that use one, statement by statement.

    Parameters
    ----------
    paths : mapping of str to str
        Import path of each imported name.
    """

    def __init__(self, paths: Mapping[str, str]) -> None:
        self.paths = paths
        self.names: set[str] = set()
        """Names of clients, clusters and objects that contain one."""
        self.users: set[str] = set()
        """Names of functions and classes that make or read a client."""
        self.makers: set[str] = set()
        """Names of functions and classes whose result is a client, or contains one."""
        self.passing: set[str] = set()
        """Names of functions that may return an argument."""

    def find_uses(self, s: Statement) -> list[str]:
        """Return the text of each use of a client in a statement."""
        return [*self._find_makers(s.node), *sorted((s.read | s.deferred) & (self.names | self.users))]

    def visit(self, s: Statement) -> None:
        """Add the names that a statement binds to clients, and remove those that it binds to other values."""
        for part in _statements_of(s.node):
            if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                self._define(part, is_user=bool(self.find_uses(s)))
        for target, value in find_bindings(s.node):
            self._bind(target, value, is_certain=isinstance(s.node, ast.Assign | ast.AnnAssign))

    def _bind(self, target: ast.expr, value: ast.expr, *, is_certain: bool) -> None:
        name = _base_name(target)
        if isinstance(target, ast.Name) and is_certain:
            for known in (self.names, self.users, self.makers, self.passing):
                known.discard(target.id)
        if self._is_client(value):
            self.names |= name
        elif self._is_client(value.body) if isinstance(value, ast.Lambda) else self._is_maker(value):
            self.makers |= name
        elif isinstance(value, ast.Name) and value.id in self.users:
            self.users |= name
        if isinstance(value, ast.Lambda) and any(self._find_makers(value)):
            self.users |= name

    def _define(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, *, is_user: bool) -> None:
        for known in (self.names, self.users, self.makers, self.passing):
            known.discard(node.name)
        if is_user:
            self.users.add(node.name)
        if isinstance(node, ast.ClassDef):
            self.makers |= {node.name} if is_user else set()
            return
        local = _Clients(self.paths)
        for own, outer in ((local.names, self.names), (local.makers, self.makers), (local.passing, self.passing)):
            own |= outer
        parameters = {a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
        local.names -= parameters
        for part in node.body:
            for target, value in find_bindings(part):
                local._bind(target, value, is_certain=False)
        for part in _statements_of(*node.body):
            result = _find_result(part)
            if result is not None and local._is_client(result):
                self.makers.add(node.name)
            if isinstance(result, ast.Name) and result.id in parameters:
                self.passing.add(node.name)

    def _is_client(self, value: ast.expr) -> bool:
        """Return True if an expression is, or contains, a client or a cluster; not for the results of its methods."""
        match value:
            case ast.Name():
                return value.id in self.names
            case ast.NamedExpr() | ast.Await() | ast.Starred():
                return self._is_client(value.value)
            case ast.Attribute(attr="cluster" | "client"):
                return self._is_client(value.value)
            case ast.IfExp():
                return self._is_client(value.body) or self._is_client(value.orelse)
            case ast.BoolOp():
                return any(self._is_client(each) for each in value.values)
            case ast.Tuple() | ast.List() | ast.Set():
                return any(self._is_client(each) for each in value.elts)
            case ast.Dict():
                return any(self._is_client(each) for each in value.values)
            case ast.Subscript():
                return self._is_client(value.value)
            case ast.Call(func=function):
                name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
                if self._is_maker(function) or (isinstance(function, ast.Attribute) and name in _METHODS):
                    return True
                arguments = [*value.args, *(k.value for k in value.keywords)]
                returns_argument = name in _ENTERING or (isinstance(function, ast.Name) and name in self.passing)
                return returns_argument and any(self._is_client(each) for each in arguments)
        return False

    def _is_maker(self, function: ast.expr) -> bool:
        if isinstance(function, ast.Name) and function.id in self.makers:
            return True
        return is_client_maker(find_path(function, self.paths))

    def _find_makers(self, node: ast.AST) -> Iterator[str]:
        """Yield the text of each call that returns a client or a cluster."""
        for call in ast.walk(node):
            if isinstance(call, ast.Call) and is_client_maker(find_path(call.func, self.paths)):
                yield f"{ast.unparse(call.func)}()"


def _statements_of(*nodes: ast.stmt) -> Iterator[ast.stmt]:
    """Yield statements and those nested in them, in order, without the bodies of functions and classes."""
    for node in nodes:
        yield node
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt):
                yield from _statements_of(child)
            elif isinstance(child, ast.ExceptHandler | ast.match_case):
                yield from _statements_of(*child.body)


def _find_result(node: ast.stmt) -> ast.expr | None:
    """Return the value that a statement returns or yields."""
    if isinstance(node, ast.Return):
        return node.value
    return node.value.value if isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield) else None


def _base_name(target: ast.expr) -> set[str]:
    """Return the names that a target binds, or the name of the object that it changes."""
    if isinstance(target, ast.Tuple | ast.List):
        return {name for each in target.elts for name in _base_name(each)}
    while isinstance(target, ast.Attribute | ast.Subscript | ast.Starred):
        target = target.value
    return {target.id} if isinstance(target, ast.Name) else set()
