from __future__ import annotations

import ast

import pytest

from jupyter_pipeline.compiler.analysis.assignments import Assignments
from jupyter_pipeline.compiler.analysis.heap import Heap, bits
from jupyter_pipeline.compiler.analysis.interpreter import Interpreter
from jupyter_pipeline.compiler.analysis.state import State
from jupyter_pipeline.compiler.analysis.values import (
    CONSTANT,
    CONTAINER,
    DELETED,
    IMMUTABLE,
    ITERATOR,
    TABLE,
    UNKNOWN,
    Imported,
    Value,
    ValueType,
)

TYPES = {"held": UNKNOWN, "items": CONTAINER, "other": CONTAINER, "table": TABLE, "stream": ITERATOR}


@pytest.fixture
def assignments() -> Assignments:
    """Return assignments in a state where `items` holds `held`; statement 1 is current."""
    state = State(Heap())
    for name, type_ in TYPES.items():
        contents = state.objects_of("held") if name == "items" else 0
        state.bind(name, Value(state.heap.allocate(contents, type_), 0, False, type_))
    state.bind("number", CONSTANT)
    state.bind("pd", Value(state.heap.library("pandas"), 0, False, Imported("pandas")))
    state.bind("os", Value(state.heap.library("os"), 0, False, Imported("os")))
    state.heap.enter(1)
    return Interpreter(state).assignments


def assign(assignments: Assignments, source: str) -> None:
    (node,) = ast.parse(source).body
    if isinstance(node, ast.Assign):
        value = assignments.heap.own(assignments.evaluator.visit(node.value))
        assignments.assign(node.targets[0], value, node.value)
    elif isinstance(node, ast.AugAssign):
        assignments.assign_augmented(node)
    elif isinstance(node, ast.Delete):
        assignments.delete(node.targets)
    else:
        raise TypeError(source)


def names_of(assignments: Assignments, objects: int) -> set[str]:
    return {name for name in TYPES if assignments.state.objects_of(name) & objects}


def reach(assignments: Assignments, name: str) -> set[str]:
    return names_of(assignments, assignments.heap.reachable(assignments.state.objects_of(name)))


@pytest.mark.parametrize(
    ("source", "definitions", "written"),
    [
        ("items = 1", [1], set()),
        ("items = other", [1], set()),
        ("items[0] = 1", [0], {"items"}),
        ("items[0:1] = [1]", [0], {"items"}),
        ("items.attribute = 1", [0], {"items"}),
        ("del items", [1], set()),
        ("del items[0]", [0], {"items"}),
        ("del items.attribute", [0], {"items"}),
        ("items[0:1] = stream", [0], {"items", "stream"}),
    ],
)
def test_names_are_updated_strongly_and_parts_weakly(
    assignments: Assignments, source: str, definitions: list[int], written: set[str]
) -> None:
    assign(assignments, source)
    assert list(bits(assignments.state.bindings["items"].definitions)) == definitions
    assert names_of(assignments, assignments.heap.written) == written


@pytest.mark.parametrize(
    ("source", "reached"),
    [
        ("items[0] = other", {"items", "held", "other"}),
        ("items.attribute = other", {"items", "held", "other"}),
        ("items[0] = [other]", {"items", "held", "other"}),
        ("items[other] = 1", {"items", "held"}),
        ("items = other", {"items", "other"}),
        ("items = [other]", {"items", "other"}),
        ("items = 1", set()),
    ],
)
def test_a_store_keeps_the_former_contents(assignments: Assignments, source: str, reached: set[str]) -> None:
    assign(assignments, source)
    assert reach(assignments, "items") == reached


@pytest.mark.parametrize(
    ("source", "reached"),
    [
        ("a, b = items, other", [{"items", "held"}, {"other"}]),
        ("a, b = 1, other", [set(), {"other"}]),
        ("a, (b, c) = items, (other, 1)", [{"items", "held"}, {"other"}, set()]),
        ("a, b = items", [{"items", "held"}, {"items", "held"}]),
        ("a, *b = other, items", [{"items", "held", "other"}, {"items", "held", "other"}]),
        ("[a, b] = 1", [set(), set()]),
    ],
)
def test_unpacking_assigns_matching_parts(assignments: Assignments, source: str, reached: list[set[str]]) -> None:
    assign(assignments, source)
    assert [reach(assignments, name) for name in "abc"[: len(reached)]] == reached


def test_a_starred_target_is_a_new_container(assignments: Assignments) -> None:
    assign(assignments, "a, *b = items")
    assert assignments.state.bindings["b"].type is CONTAINER
    assert not assignments.state.objects_of("b") & assignments.state.objects_of("items")


def test_unpacking_consumes_an_iterator(assignments: Assignments) -> None:
    assign(assignments, "a, b = stream")
    assert names_of(assignments, assignments.heap.written) == {"stream"}


@pytest.mark.parametrize(
    ("source", "type_", "written"),
    [
        ("number += 1", IMMUTABLE, set()),
        ("items += other", CONTAINER, {"items"}),
        ("items += stream", CONTAINER, {"items", "stream"}),
        ("table *= 2", TABLE, {"table"}),
        ("number += table", TABLE, set()),
        ("items[0] += 1", CONTAINER, {"items", "held"}),
    ],
)
def test_an_augmented_assignment_may_change_the_object(
    assignments: Assignments, source: str, type_: ValueType, written: set[str]
) -> None:
    name = source.partition(" ")[0].partition("[")[0]
    assign(assignments, source)
    assert assignments.state.bindings[name].type == type_
    assert names_of(assignments, assignments.heap.written) == written
    assert assignments.state.record.needs & 1


def test_an_augmented_container_holds_the_added_objects(assignments: Assignments) -> None:
    former = assignments.state.objects_of("items")
    assign(assignments, "items += [other]")
    assert assignments.state.objects_of("items") & former
    assert reach(assignments, "items") == {"items", "held", "other"}


def test_deleted_names_are_no_longer_defined(assignments: Assignments) -> None:
    assign(assignments, "del items, (other, absent)")
    types = [assignments.state.bindings[name].type for name in ("items", "other", "absent")]
    assert types == [DELETED, DELETED, DELETED]
    assert assignments.state.bindings["table"].type is TABLE


@pytest.mark.parametrize(
    ("source", "texts"),
    [("p = 'a/b.csv'", {"a/b.csv"}), ("p = number", {"*"}), ("p = 1", set()), ("p = ['a', 1]", {"a"})],
)
def test_names_remember_their_texts(assignments: Assignments, source: str, texts: set[str]) -> None:
    assign(assignments, source)
    assert assignments.state.texts_of("p") == texts


@pytest.mark.parametrize(
    ("source", "always_kept", "configured"),
    [
        ("os.environ['A'] = 'b'", True, set()),
        ("pd.DataFrame = 1", True, set()),
        ("pd.options.display.width = 1", True, set()),
        ("pd.options['a'] = 1", False, {"pandas"}),
        ("items[0] = 1", False, set()),
    ],
)
def test_a_store_to_a_library_changes_the_process_or_its_settings(
    assignments: Assignments, source: str, always_kept: bool, configured: set[str]
) -> None:
    assign(assignments, source)
    assert bool(assignments.state.always_kept) is always_kept
    assert set(assignments.heap.configured_by) == configured
