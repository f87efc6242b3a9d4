from __future__ import annotations

import ast

import pytest

from jupyter_pipeline.compiler.analysis.heap import Heap, bits
from jupyter_pipeline.compiler.analysis.interpreter import Interpreter
from jupyter_pipeline.compiler.analysis.state import State
from jupyter_pipeline.compiler.analysis.values import (
    CONSTANT,
    CONTAINER,
    IMMUTABLE,
    UNKNOWN,
    Imported,
    Value,
    ValueType,
)


@pytest.fixture
def interpreter() -> Interpreter:
    """Return an interpreter: `x` is a constant, `a` and `b` are containers, and statement 1 is current."""
    state = State(Heap())
    state.bind("x", CONSTANT)
    for name in "ab":
        state.bind(name, Value(state.heap.allocate(0), 0, False, CONTAINER))
    state.heap.enter(1)
    return Interpreter(state)


def execute(interpreter: Interpreter, source: str) -> State:
    interpreter.execute(ast.parse(source).body)
    return interpreter.state


def may_alias(state: State, name: str, other: str) -> bool:
    return bool(state.heap.reachable(state.objects_of(name)) & state.objects_of(other))


@pytest.mark.parametrize(
    ("source", "definitions"),
    [
        ("x = 2", [1]),
        ("if a: x = 2", [0, 1]),
        ("if a: x = 2\nelse: x = 3", [1]),
        ("if a: x = 2\nelif b: x = 3", [0, 1]),
        ("if a: x = 2\nelif b: x = 3\nelse: x = 4", [1]),
        ("for i in a: x = 2", [0, 1]),
        ("for x in a: pass", [0, 1]),
        ("while a: x = 2", [0, 1]),
        ("for i in a: pass\nelse: x = 2", [0, 1]),
        ("try: x = 2\nexcept E: pass", [0, 1]),
        ("try: x = 2\nexcept E: raise", [1]),
        ("try: pass\nexcept E: x = 2", [0, 1]),
        ("try: pass\nexcept E as x: pass", [0, 1]),
        ("try: pass\nfinally: x = 2", [1]),
        ("with open('f'): x = 2", [1]),
        ("with suppress(E): x = 2", [0, 1]),
        ("match a:\n    case 1: x = 2", [0, 1]),
        ("match a:\n    case [x, *y]: pass", [0, 1]),
        ("def f(): x = 2", [0]),
        ("assert (x := 2)", [1]),
    ],
)
def test_paths_are_joined(interpreter: Interpreter, source: str, definitions: list[int]) -> None:
    state = execute(interpreter, source)
    assert list(bits(state.bindings["x"].definitions)) == definitions


@pytest.mark.parametrize(
    ("source", "aliases"),
    [
        ("if x: c = a\nelse: c = b", "ab"),
        ("if x: c = a\nelse: c = 1", "a"),
        ("c = a if x else 1", "a"),
        ("for c in [a, b]: pass", "ab"),
        ("with a as c: pass", "a"),
        ("match [a, b]:\n    case [c, d]: pass", "ab"),
        ("match a:\n    case c: pass", "a"),
        ("try: c = a\nexcept E: c = b", "ab"),
        ("c = a\nif x: c = b", "ab"),
        ("c = a\nc = b", "b"),
    ],
)
def test_names_alias_the_objects_of_all_paths(interpreter: Interpreter, source: str, aliases: str) -> None:
    state = execute(interpreter, source)
    assert "".join(name for name in "ab" if may_alias(state, "c", name)) == aliases


@pytest.mark.parametrize("loop", ["for i in range(2):", "while x:"])
def test_a_loop_is_interpreted_twice(interpreter: Interpreter, loop: str) -> None:
    state = execute(interpreter, f"c = d = 1\n{loop}\n    d = c\n    c = a")
    assert may_alias(state, "d", "a")


def test_a_branch_is_interpreted_once(interpreter: Interpreter) -> None:
    state = execute(interpreter, "c = d = 1\nif x:\n    d = c\n    c = a")
    assert not may_alias(state, "d", "a")


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ("absent", {"absent"}),
        ("try: absent\nexcept NameError: pass", set()),
        ("try: absent\nexcept KeyError: pass", {"absent"}),
        ("try: pass\nfinally: absent", {"absent"}),
        ("if x: y = 1\ny", set()),
        ("from somewhere import *\nabsent", set()),
        ("raise absent", {"absent"}),
    ],
)
def test_missing_names_are_unresolved(interpreter: Interpreter, source: str, missing: set[str]) -> None:
    assert {u.name for u in execute(interpreter, source).unresolved} == missing


@pytest.mark.parametrize(
    ("source", "name", "type_"),
    [
        ("import numpy", "numpy", Imported("numpy")),
        ("import numpy.linalg", "numpy", Imported("numpy")),
        ("import numpy.linalg as la", "la", Imported("numpy.linalg")),
        ("from numpy import linalg", "linalg", Imported("numpy.linalg")),
        ("from . import local", "local", Imported("..local")),
        ("y: int = 1", "y", IMMUTABLE),
        ("for y in a: pass", "y", IMMUTABLE),
    ],
)
def test_statements_bind_types(interpreter: Interpreter, source: str, name: str, type_: ValueType) -> None:
    assert execute(interpreter, source).bindings[name].type == type_


def test_a_second_import_adds_a_definition(interpreter: Interpreter) -> None:
    execute(interpreter, "import numpy as np")
    interpreter.heap.enter(2)
    state = execute(interpreter, "import numpy as np")
    assert list(bits(state.bindings["np"].definitions)) == [1, 2]
    assert list(bits(state.heap.importers["numpy"])) == [1, 2]


@pytest.mark.parametrize(
    ("source", "enters"),
    [("def __enter__(self): return a\n    def __exit__(self, *e): pass", True), ("def enter(self): return a", False)],
)
def test_a_context_manager_binds_the_result_of_its_enter_method(
    interpreter: Interpreter, source: str, enters: bool
) -> None:
    state = execute(interpreter, f"class C:\n    {source}\nwith C() as c: pass")
    assert may_alias(state, "c", "a") is enters


@pytest.mark.parametrize(
    ("returned", "definitions"), [("return True", [0, 1]), ("return False", [1]), ("pass", [1]), ("return", [1])]
)
def test_a_context_manager_may_suppress_exceptions(
    interpreter: Interpreter, returned: str, definitions: list[int]
) -> None:
    state = execute(interpreter, f"class C:\n    def __exit__(self, *e): {returned}\nwith C(): x = 2")
    assert list(bits(state.bindings["x"].definitions)) == definitions


@pytest.mark.parametrize(
    ("source", "bound", "uses_everything"),
    [
        ("exec('y = x')", {"y"}, False),
        ("exec(x)", set(), True),
        ("y = eval('a')", {"y"}, False),
        ("y = eval(x)", {"y"}, True),
        ("y = compile(x, '', 'exec')", {"y"}, False),
        ("y = globals()", {"y"}, True),
        ("exec('not python')", set(), False),
    ],
)
def test_code_in_constant_strings_is_interpreted(
    interpreter: Interpreter, source: str, bound: set[str], uses_everything: bool
) -> None:
    before = set(interpreter.state.record.bound)
    state = execute(interpreter, source)
    assert state.record.bound - before == bound
    assert bool(state.always_kept & state.heap.bit) is uses_everything
    assert (state.bindings["a"].type is UNKNOWN) is uses_everything
