from __future__ import annotations

import pytest

from jupyter_pipeline.compiler.analysis.heap import Heap
from jupyter_pipeline.compiler.analysis.state import join_types, join_values
from jupyter_pipeline.compiler.analysis.values import (
    CONSTANT,
    CONTAINER,
    IMMUTABLE,
    TABLE,
    UNKNOWN,
    Imported,
    Value,
    ValueType,
)


@pytest.mark.parametrize(
    ("types", "joined"),
    [
        ([IMMUTABLE, IMMUTABLE], IMMUTABLE),
        ([IMMUTABLE, CONTAINER], UNKNOWN),
        ([Imported("ujson"), Imported("json")], Imported("json")),
        ([IMMUTABLE, Imported("absent")], Imported("absent")),
        ([TABLE, Imported("numpy")], UNKNOWN),
    ],
)
def test_join_of_types(types: list[ValueType], joined: ValueType) -> None:
    assert join_types(types) == joined


def test_join_of_values_is_the_union_of_their_points_to_sets() -> None:
    assert join_values([Value(1, 4, False, TABLE), Value(2, 0, True, TABLE)]) == Value(3, 4, True, TABLE)


def test_a_container_holds_new_values_by_an_object_and_constants_by_none() -> None:
    heap = Heap()
    a = heap.allocate(0)
    made = heap.hold(Value(0, a, True, CONTAINER))
    assert made & ~a
    assert heap.reachable(made) == made | a
    assert heap.hold(CONSTANT) == 0
    assert heap.hold(Value(a, 0, False, UNKNOWN)) == a


def test_elements_of_a_container_are_its_contents() -> None:
    heap = Heap()
    a = heap.allocate(0)
    b = heap.allocate(a)
    assert heap.element(Value(b, 0, False, CONTAINER)).objects == a | b
    assert heap.element(Value(a, 0, False, CONTAINER)) == CONSTANT
    assert heap.element(CONSTANT) == CONSTANT
