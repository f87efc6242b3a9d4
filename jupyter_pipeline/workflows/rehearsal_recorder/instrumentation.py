"""Compile ``steps.py`` with calls of the recorder between the statements of different cells.

Line numbers do not change, so tracebacks are the same.
"""

from __future__ import annotations

import ast
import importlib.abc
import importlib.machinery
import importlib.util
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

__all__ = ["StepsFinder", "find_recorded_cells", "instrument"]

_HANDLE = "__rehearsal__"
"""Name of the recorder in the module of the steps."""


class _Recorder(Protocol):
    lines: Sequence[Mapping[str, Any]]
    last: Mapping[str, str]
    folder: str
    problem: str
    recorded: frozenset[int]

    def leave(self) -> None: ...


class StepsFinder(importlib.abc.MetaPathFinder):
    """Finder that compiles ``steps`` with calls of the recorder."""

    def __init__(self, recorder: _Recorder) -> None:
        self.recorder = recorder

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        """Return the specification of ``steps``; ``None`` for other modules."""
        if fullname != "steps":
            return None
        file = Path(self.recorder.folder) / "steps.py"
        if not file.is_file():
            return None
        return importlib.util.spec_from_file_location("steps", file, loader=_Loader("steps", str(file), self.recorder))


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, fullname: str, path: str, recorder: _Recorder) -> None:
        super().__init__(fullname, path)
        self.recorder = recorder

    def get_code(self, fullname: str) -> Any:
        path = self.get_filename(fullname)
        data = self.get_data(path)
        try:
            tree = instrument(ast.parse(data, path), self.recorder.lines, self.recorder.last)
            self.recorder.recorded = find_recorded_cells(tree)
            return compile(tree, path, "exec", dont_inherit=True)
        except Exception as error:  # noqa: BLE001 - the rehearsal goes on without the comparison
            self.recorder.problem = f"{type(error).__name__}: {error}"
            return compile(data, path, "exec", dont_inherit=True)

    def exec_module(self, module: ModuleType) -> None:
        setattr(module, _HANDLE, self.recorder)
        try:
            super().exec_module(module)
        finally:
            self.recorder.leave()


def instrument(tree: ast.Module, lines: Sequence[Mapping[str, Any]], last: Mapping[str, str]) -> ast.Module:
    """Return the module of the steps with calls of the recorder; line numbers do not change.

    Parameters
    ----------
    tree : ast.Module
        ``steps.py``.
    lines : sequence of mapping
        Runs of lines that come from one cell: ``first``, ``count`` and ``cell``.
    last : mapping
        Text of the last expression by cell.
    """
    cells = {
        number: int(entry["cell"])
        for entry in lines
        for number in range(entry["first"], entry["first"] + entry["count"])
    }
    values = {int(cell): ast.dump(ast.parse(text, mode="eval").body) for cell, text in last.items()}
    body: list[ast.stmt] = []
    current = -1
    for statement in tree.body:
        cell = cells.get(statement.lineno, -1)
        is_function = isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef)
        if cell < 0 and is_function:
            if any(number in cells for number in range(statement.lineno, (statement.end_lineno or 0) + 1)):
                _instrument_step(statement, cells, values)  # type: ignore[arg-type]
        elif cell >= 0 and cell != current and not _is_future(statement):
            body.append(_call("enter", statement, ast.Constant(cell)))
            current = cell
        body.append(statement)
    tree.body = body
    return ast.fix_missing_locations(tree)


def find_recorded_cells(tree: ast.Module) -> frozenset[int]:
    """Return the cells whose last value a call of the recorder gets, in the module of the steps with calls."""
    return frozenset(
        call.args[0].value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "value"
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == _HANDLE
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, int)
    )


def _instrument_step(
    function: ast.FunctionDef | ast.AsyncFunctionDef, cells: Mapping[int, int], values: Mapping[int, str]
) -> None:
    begin = 1 if ast.get_docstring(function, clean=False) is not None else 0
    body: list[ast.stmt] = []
    current = -1
    last_of = {cells.get(statement.lineno, -1): statement for statement in function.body[begin:]}
    for statement in function.body[begin:]:
        cell = cells.get(statement.lineno, -1)
        if cell >= 0 and cell != current:
            body.append(_call("enter", statement, ast.Constant(cell)))
            current = cell
        elif cell < 0 <= current and isinstance(statement, ast.Expr):
            body.append(_call("finish", statement))
        if cell in values and last_of[cell] is statement:
            _record_last_value(statement, cell, values[cell])
        body.append(statement)
    if not body:
        return
    step = ast.Call(_attribute("step"), [ast.Constant(function.name)], [])
    block = ast.With(items=[ast.withitem(step)], body=body)
    ast.copy_location(block, body[0])
    for node in ast.walk(step):
        ast.copy_location(node, body[0])
    function.body[begin:] = [block]


def _record_last_value(statement: ast.stmt, cell: int, dump: str) -> None:
    """Wrap the last expression of a cell in a call that records its value.

    The statement is the expression, returns it, possibly after names, passes it to ``display`` or ``print``, or asserts
    it. ``if (shown := value) is not None`` displays all but ``None``. A name may be replaced by its value.
    """

    def wrapped(node: ast.expr) -> ast.expr:
        return recorded(node) if ast.dump(node) == dump else node

    def recorded(node: ast.expr) -> ast.expr:
        return ast.copy_location(ast.Call(_attribute("value"), [ast.Constant(cell), node], []), node)

    def passed_on(call: ast.Call) -> ast.expr:
        return ast.copy_location(ast.Call(_attribute("pass_on"), [call.func, *call.args], []), call)

    match statement:
        case ast.Expr(value=ast.Call(func=ast.Name(id="display" | "print"), args=[argument], keywords=[]) as call) if (
            ast.dump(argument) == dump
        ):
            call.args[0] = recorded(argument)
            statement.value = passed_on(call)
        case ast.If(
            test=ast.Compare(left=ast.NamedExpr() as named), body=[ast.Expr(value=ast.Call(args=[_]) as call) as shown]
        ) if ast.dump(named.value) == dump:
            named.value = recorded(named.value)
            shown.value = passed_on(call)
        case ast.Return(value=ast.Tuple(elts=[*_, last]) as values) if ast.dump(last) == dump != ast.dump(values):
            values.elts[-1] = recorded(last)
        case ast.Return(value=ast.expr() as value) if dump.startswith("Name("):
            statement.value = recorded(value)
        case ast.Expr(value=value) | ast.Return(value=ast.expr() as value):
            statement.value = wrapped(value)
        case ast.Assert(test=ast.Compare(left=ast.Call(args=[_]) as call)):
            call.args[0] = wrapped(call.args[0])


def _call(name: str, at: ast.stmt, *arguments: ast.expr) -> ast.stmt:
    statement = ast.Expr(ast.Call(_attribute(name), list(arguments), []))
    for node in ast.walk(statement):
        ast.copy_location(node, at)
    return statement


def _attribute(name: str) -> ast.expr:
    return ast.Attribute(ast.Name(_HANDLE, ast.Load()), name, ast.Load())


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
