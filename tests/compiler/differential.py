"""Run a whole notebook and a slice of it, and compare what the target cell leaves."""

from __future__ import annotations

import ast
import asyncio
import builtins
import contextlib
import decimal
import inspect
import io
import os
import random
import re
import sys
import types
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import numpy

from jupyter_pipeline.compiler import Cell, CompileOptions, compile_cells, slice_cells

CORPUS = Path(__file__).parent / "corpus"


def corpus_entry(path: Path) -> tuple[list[str], tuple[int, ...]]:
    """Return the cells of a corpus file, and the cells that its first line says are kept."""
    head, _, body = path.read_text().partition("\n")
    return re.split(r"^# %%\n", body, flags=re.MULTILINE), tuple(int(n) for n in head.split(":")[1].split())


def values(namespace: dict[str, Any], names: Sequence[str]) -> dict[str, str]:
    """Return `names` in a form that compares by content."""
    return {n: re.sub(r"( at 0x|\)0x|/tmp/tmp)\w+", "", repr(namespace.get(n, "<absent>"))) for n in names}


def execute(source: str) -> dict[str, Any]:
    """Run a program, which may await at its top level, with a random state of its own."""
    random.seed(12345)
    module, pytest_main = types.ModuleType("__main__"), sys.modules["__main__"]
    code = compile(source, "<notebook>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    sys.modules["__main__"] = module
    try:
        with own_process_state():
            waiting = eval(code, module.__dict__)
            if inspect.iscoroutine(waiting):
                asyncio.run(waiting)
    finally:
        sys.modules["__main__"] = pytest_main
    return module.__dict__


@contextlib.contextmanager
def own_process_state() -> Iterator[None]:
    """Take back what a program changes of the process, so that another one starts as it did."""
    with (
        mock.patch.dict(vars(builtins)),
        mock.patch.dict(os.environ),
        decimal.localcontext(),
        numpy.printoptions(),
        contextlib.redirect_stdout(io.StringIO()),
    ):
        yield


def bound(source: str) -> list[str]:
    """Return the names that a cell reads or assigns by itself, outside of functions."""
    found: set[str] = set()
    todo: list[ast.AST] = list(ast.parse(source).body)
    while todo:
        node = todo.pop()
        if isinstance(
            node, ast.FunctionDef | ast.Lambda | ast.ClassDef | ast.comprehension | ast.GeneratorExp | ast.ListComp
        ):
            continue
        if isinstance(node, ast.Name):
            found.add(node.id)
        todo.extend(ast.iter_child_nodes(node))
    return sorted(found)


def compare(cells: Sequence[str]) -> str:
    """Return how the last cell differs between the whole notebook and its slice; empty when it does not."""
    names = bound(cells[-1])
    whole = values(execute("\n".join(cells)), names)
    kept = slice_cells(cells, len(cells) - 1)
    try:
        sliced = values(execute(kept.source), names)
    except Exception as error:
        return f"{type(error).__name__}: {error}\n{kept.source}"
    return "" if sliced == whole else f"{whole} != {sliced}\n{kept.source}"


def compare_steps(cells: Sequence[str], name: str = "result") -> str:
    """Return how the compiled function's result differs from `name` in the whole notebook; empty when it does not."""
    whole = execute("\n".join(cells))
    source = [*cells[:-1], f"{cells[-1].rstrip()}\n{name}"]
    compilation = compile_cells(
        [Cell(index=i, source=s) for i, s in enumerate(source)], len(cells) - 1, CompileOptions(name="pipe")
    )
    text = compilation.files["steps.py"]
    try:
        random.seed(12345)
        module = sys.modules["compiled_steps"] = types.ModuleType("compiled_steps")
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(text, "steps.py", "exec"), module.__dict__)
            got = getattr(module, re.findall(r"^(?:async )?def (\w+)", text, re.MULTILINE)[-1])()
            if inspect.iscoroutine(got):
                got = asyncio.run(got)
    except Exception as error:
        return f"{type(error).__name__}: {error}\n{text}"
    same = values(whole, [name]) == values({name: got}, [name])
    return "" if same else f"{whole[name]!r} != {got!r}\n{text}"


class _Run:
    """Submitted tasks, run in a random order that keeps to what waits for what, as threads would."""

    def __init__(self, seed: int) -> None:
        self.choose = random.Random(seed)
        self.pending: list[_Future] = []

    def finish(self, wanted: _Future) -> None:
        while not wanted.done:
            ready = [f for f in self.pending if all(b.done for b in f.before)]
            chosen = self.choose.choice(ready)
            self.pending.remove(chosen)
            chosen.run()


class _Future:
    def __init__(self, run: _Run, function: Any, arguments: Sequence[Any], wait_for: Sequence[_Future]) -> None:
        self.started_by, self.function, self.arguments = run, function, arguments
        self.before = [*wait_for, *(a for a in arguments if isinstance(a, _Future))]
        self.done = False
        self.value: Any = None

    def run(self) -> None:
        self.value = self.function(*(a.value if isinstance(a, _Future) else a for a in self.arguments))
        self.done = True

    def result(self) -> Any:
        self.started_by.finish(self)
        return self.value


class _Unmapped:
    def __init__(self, value: Any) -> None:
        self.value = value


class _Task:
    def __init__(self, run: _Run, function: Any) -> None:
        self.run, self.function = run, function

    def __call__(self, *arguments: Any) -> Any:
        return self.submit(*arguments).result()

    def submit(self, *arguments: Any, wait_for: Sequence[_Future] = ()) -> _Future:
        future = _Future(self.run, self.function, arguments, wait_for)
        self.run.pending.append(future)
        return future

    def map(self, *arguments: Any, wait_for: Sequence[_Future] = ()) -> _Future:
        count = next(len(a) for a in arguments if not isinstance(a, _Unmapped))
        given = [[a.value] * count if isinstance(a, _Unmapped) else a for a in arguments]
        elements = [self.submit(*one, wait_for=wait_for) for one in zip(*given, strict=True)]
        return _Task(self.run, lambda *values: list(values)).submit(*elements)


def run_flow(files: Mapping[str, str], function: str, seed: int = 0, **names: Any) -> Any:
    """Run a generated flow in this process, its tasks in one of the orders that it allows.

    ``steps.py`` sees `names` as globals.
    """
    steps, prefect = types.ModuleType("steps"), types.ModuleType("prefect")
    run = _Run(seed)
    prefect.__dict__.update(task=lambda f, **_: _Task(run, f), flow=lambda **_: lambda f: f, unmapped=_Unmapped)
    with mock.patch.dict(sys.modules, steps=steps, prefect=prefect), contextlib.redirect_stdout(io.StringIO()):
        random.seed(12345)
        steps.__dict__.update(names)
        exec(compile(files["steps.py"], "steps.py", "exec"), steps.__dict__)
        namespace: dict[str, Any] = {"__name__": "flow", "__file__": "flow.py"}
        exec(compile(files["flow.py"], "flow.py", "exec"), namespace)
        return namespace[function]()
