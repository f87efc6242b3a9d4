from __future__ import annotations

from typing import Any

import pytest

from jupyter_pipeline.compiler.analysis.effects import Effects
from jupyter_pipeline.compiler.analysis.functions import Functions
from jupyter_pipeline.compiler.analysis.heap import Heap
from jupyter_pipeline.compiler.analysis.locations import PROCESS, Access, file_location
from jupyter_pipeline.compiler.analysis.slicer import slice_cells
from jupyter_pipeline.compiler.analysis.state import State
from jupyter_pipeline.compiler.analysis.values import (
    CONSTANT,
    CONTAINER,
    IMMUTABLE,
    ITERATOR,
    TABLE,
    UNKNOWN,
    ClassSummary,
    FunctionSummary,
    Instance,
    Value,
)

TYPES = {"a": CONTAINER, "b": CONTAINER, "stream": ITERATOR, "free": CONTAINER}


@pytest.fixture
def functions() -> Functions:
    """Return functions in a state that binds the names of `TYPES` in statement 0; statement 1 is current."""
    state = State(Heap())
    for name, type_ in TYPES.items():
        state.bind(name, Value(state.heap.allocate(0, type_), 0, False, type_))
    state.heap.enter(1)
    return Functions(state, Effects(state))


def load(functions: Functions, name: str) -> Value:
    return Value(functions.state.objects_of(name), 0, False, TYPES[name])


def names_of(functions: Functions, objects: int) -> set[str]:
    return {name for name in TYPES if functions.state.objects_of(name) & objects}


def call(functions: Functions, summary: FunctionSummary, *names: str, **options: Any) -> Value:
    return functions.call(summary, CONSTANT, [load(functions, name) for name in names], {}, **options)


@pytest.mark.parametrize(
    ("effects", "arguments", "written"),
    [
        ({}, ("a", "b"), set()),
        ({"mutates": {"p"}}, ("a", "b"), {"a"}),
        ({"mutates": {"q"}}, ("a", "b"), {"b"}),
        ({"consumes": {"p"}}, ("stream", "b"), {"stream"}),
        ({"consumes": {"p"}}, ("a", "stream"), set()),
        ({"mutates": {"free"}, "free_variables": {"free": 1}}, ("a", "b"), {"free"}),
        ({"assumptions": {"free": CONTAINER}}, ("a", "b"), set()),
        ({"assumptions": {"free": TABLE}}, ("a", "b"), {"a", "b"}),
    ],
)
def test_a_call_changes_the_arguments_of_the_summary(
    functions: Functions, effects: dict[str, Any], arguments: tuple[str, ...], written: set[str]
) -> None:
    call(functions, FunctionSummary("f", parameters=["p", "q"], **effects), *arguments)
    assert names_of(functions, functions.heap.written) == written


@pytest.mark.parametrize(
    ("effects", "objects", "type_"),
    [
        ({"result_type": IMMUTABLE, "returns_fresh": False}, set(), IMMUTABLE),
        ({"result_type": CONTAINER}, set(), CONTAINER),
        ({"returns": {"q"}, "result_type": UNKNOWN}, {"b"}, UNKNOWN),
        ({"returns": {"p", "q"}}, {"a", "b"}, UNKNOWN),
        ({"returns": {"free"}, "free_variables": {"free": 1}}, {"free"}, UNKNOWN),
        ({"is_coroutine": True, "result_type": TABLE}, set(), ITERATOR),
    ],
)
def test_a_result_may_alias_the_arguments_of_the_summary(
    functions: Functions, effects: dict[str, Any], objects: set[str], type_: object
) -> None:
    value = call(functions, FunctionSummary("f", parameters=["p", "q"], **effects), "a", "b")
    assert names_of(functions, value.objects) == objects
    assert value.type == type_


def test_an_awaited_coroutine_gives_its_result(functions: Functions) -> None:
    summary = FunctionSummary("f", is_coroutine=True, result_type=TABLE)
    assert call(functions, summary, awaited=True).type is TABLE


def test_a_run_uses_free_variables_and_repeats_locations(functions: Functions) -> None:
    summary = FunctionSummary(
        "f", free_variables={"free": 1}, locations={file_location("x"): Access.WRITE, PROCESS: Access.WRITE}
    )
    functions.run(summary)
    state = functions.state
    assert state.record.needs == 1 << 0
    assert file_location("x") in state.locations
    assert state.always_kept == 1 << 1


def test_a_missing_free_variable_is_reported_in_the_cell_of_the_function(functions: Functions) -> None:
    functions.state.cell = 5
    functions.run(FunctionSummary("f", cell=2, free_variables={"absent": 3}))
    assert [(u.name, u.cell, u.line) for u in functions.state.unresolved] == [("absent", 2, 3)]


def test_a_run_may_assign_a_global_name(functions: Functions) -> None:
    functions.run(FunctionSummary("f", statement=0, assigns={"free"}))
    binding = functions.state.bindings["free"]
    assert (binding.definitions, binding.type) == (1 << 0 | 1 << 1, UNKNOWN)
    assert functions.state.record.assigned_by == {"free": {0}}


def test_stored_arguments_are_held_by_the_free_variable(functions: Functions) -> None:
    call(functions, FunctionSummary("f", parameters=["p", "q"], stores={"free": {"q"}}), "a", "b")
    reachable = functions.heap.reachable(functions.state.objects_of("free"))
    assert names_of(functions, reachable) == {"free", "b"}


def test_recursive_functions_end(functions: Functions) -> None:
    state, heap = functions.state, functions.heap
    summary = FunctionSummary("f", free_variables={"f": 1, "free": 1}, mutates={"free"})
    function = heap.allocate(0)
    heap.attach(function, [summary])
    state.bind("f", Value(function, 0, False, summary))
    functions.run(summary)
    assert names_of(functions, heap.written) == {"free"}


@pytest.mark.parametrize(("callee_unchanged", "written"), [(False, {"free", "a"}), (True, {"a"})])
def test_an_unknown_call_may_change_and_return_its_arguments(
    functions: Functions, callee_unchanged: bool, written: set[str]
) -> None:
    arguments = [load(functions, "a")]
    value = functions.call_unknown(load(functions, "free"), arguments, "free.f", callee_unchanged=callee_unchanged)
    assert names_of(functions, functions.heap.written) == written
    assert names_of(functions, value.objects) == {"free", "a"}
    assert value.type is UNKNOWN
    assert [note.subject for note in functions.state.record.notes] == ["free.f()"]


@pytest.mark.parametrize(
    ("protocol", "name", "runs"), [("read", "x", True), ("read", "y", False), ("write", "x", False)]
)
def test_a_protocol_runs_the_method_of_the_operation(
    functions: Functions, protocol: str, name: str, runs: bool
) -> None:
    prop = FunctionSummary("x", protocol="read", free_variables={"free": 1}, mutates={"free"})
    made = functions.heap.allocate(0)
    functions.heap.attach(made, [prop])
    functions.run_protocol(Value(made, 0, False, UNKNOWN), protocol, name)
    assert names_of(functions, functions.heap.written) == ({"free"} if runs else set())


def test_an_instance_holds_the_arguments_of_its_class(functions: Functions) -> None:
    init = FunctionSummary("__init__", parameters=["self", "p"], mutates={"self"})
    of = ClassSummary("C", {"__init__": init}, set(), has_unknown_base=False)
    value = functions.instantiate(of, CONSTANT, [load(functions, "a")], {})
    assert value.type == Instance(of)
    assert names_of(functions, functions.heap.reachable(value.objects)) == {"a"}
    assert functions.heap.written & value.objects


CLASS_WITH_PROPERTY = """class C:
    def __init__(self): self.a = []
    @property
    def x(self): return self.a[-1]
    @x.setter
    def x(self, value): self.a.append(value)
    def add(self, value): self.x = self.x + value
    def total(self): return sum(self.a)
c = C()
c.add(1)"""


@pytest.fixture
def count_operations(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list with the number of operations, which has a limit in its second element."""
    counted = [0, 2400]
    repeat_operations = Functions.repeat_operations

    def repeat(self: Functions, *args: Any) -> None:
        counted[0] += 1
        assert counted[0] < counted[1]
        repeat_operations(self, *args)

    monkeypatch.setattr(Functions, "repeat_operations", repeat)
    return counted


@pytest.mark.parametrize("count", [6, 24])
def test_functions_that_call_each_other_take_no_exponential_time(count: int, count_operations: list[int]) -> None:
    count_operations[1] = 100 * count
    names = [f"f{i}" for i in range(count)]
    functions = [f"def {name}(g, x=1):\n    g(x)\n    return [h(g) for h in table]" for name in names]
    cells = ["table = []", *functions, f"table += [{', '.join(names)}]", "table[0](print)"]
    assert len(slice_cells(cells, len(cells) - 1).cells) == len(cells)
    assert count_operations[0]


def test_functions_that_bind_any_name_run_until_nothing_changes(count_operations: list[int]) -> None:
    helper = "import types\ndef h(n):\n    globals()['n'] += 1"
    cells = [helper, CLASS_WITH_PROPERTY, "f = types.FunctionType((lambda x: x).__code__, globals())"]
    assert slice_cells(cells, 2).cells == (0, 1, 2)
    assert count_operations[0]
