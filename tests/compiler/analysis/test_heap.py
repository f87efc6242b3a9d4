from __future__ import annotations

import random

import pytest

from jupyter_pipeline.compiler.analysis import heap as module
from jupyter_pipeline.compiler.analysis.heap import Heap, bits
from jupyter_pipeline.compiler.analysis.values import (
    CONTAINER,
    TABLE,
    UNKNOWN,
    FunctionSummary,
    LibraryInstance,
    Value,
)


def reachable(holds: list[int], mask: int) -> int:
    found = 0
    while mask:
        found |= mask
        mask = sum({1 << p for held in bits(mask) for p in bits(holds[held])}) & ~found
    return found


@pytest.mark.parametrize("seed", range(20))
def test_a_closure_holds_the_reachable_objects_after_later_links(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LARGE", 2)
    choose = random.Random(seed)
    heap = Heap()
    holds: list[int] = []
    asked = 0
    for _ in range(150):
        some = sum({1 << choose.randrange(len(holds)) for _ in range(choose.randrange(6))}) if holds else 0
        if choose.random() < 0.5 or not holds:
            heap.allocate(some)
            holds.append(some)
        elif choose.random() < 0.3:
            root = 1 << choose.randrange(len(holds))
            heap.link(root, some)
            holds[root.bit_length() - 1] |= some
        asked |= some
        mask = asked if choose.random() < 0.5 else some
        assert heap.reachable(mask) == reachable(holds, mask)


def test_a_new_object_reaches_its_contents_and_later_edges() -> None:
    heap = Heap()
    a, b = heap.allocate(0), heap.allocate(0)
    c = heap.allocate(a)
    assert heap.reachable(c) == a | c
    heap.link(a, b)
    assert heap.reachable(c) == a | b | c


def test_writes_are_weak_updates() -> None:
    heap = Heap()
    heap.enter(0)
    a, b = heap.allocate(0), heap.allocate(0)
    heap.enter(1)
    heap.write(a | b)
    heap.enter(3)
    heap.write(a)
    assert heap.writers(a) == 1 << 1 | 1 << 3
    assert heap.writers(b) == 1 << 1
    assert heap.written_by == {1: a | b, 3: a}


def test_an_object_written_by_its_allocation_alone_is_not_written_later() -> None:
    heap = Heap()
    heap.enter(2)
    heap.allocate(0)
    heap.write(1)
    assert not heap.is_written_later(0)
    heap.enter(4)
    heap.write(1)
    assert heap.is_written_later(0)


def test_a_change_of_data_leaves_functions_as_they_are() -> None:
    heap = Heap()
    data, function = heap.allocate(0), heap.allocate(0)
    heap.attach(function, [FunctionSummary("f")])
    heap.write_data(data | function)
    assert heap.written == data


def test_imports_of_a_library_share_one_object() -> None:
    heap = Heap()
    heap.enter(0)
    first = heap.library("numpy")
    heap.enter(5)
    assert heap.library("numpy") == first
    assert heap.importers["numpy"] == 1 << 0 | 1 << 5
    assert heap.libraries_of(first) == ["numpy"]


def test_only_changes_of_elements_reach_the_cells_that_a_copy_of_a_table_shares() -> None:
    heap = Heap()
    rows = heap.allocate(heap.allocate(0, CONTAINER), CONTAINER)
    table = heap.allocate(rows, TABLE)
    cells = heap.shared_cells(table)
    assert cells
    assert heap.shared_cells(table) == cells
    copy = heap.allocate(cells, TABLE)
    heap.write(heap.reachable(copy))
    assert heap.written == copy
    heap.write_elements(heap.reachable(copy))
    assert heap.written == copy | heap.reachable(rows) | cells


def test_the_cells_of_each_table_are_shared() -> None:
    heap = Heap()
    first, second = (heap.allocate(heap.allocate(heap.allocate(0), CONTAINER), TABLE) for _ in range(2))
    known = heap.shared_cells(first)
    both = heap.shared_cells(first | second)
    assert both & known
    heap.write_elements(both)
    assert heap.written & heap.reachable(second) & heap.data & ~heap.tables


def test_tables_without_containers_share_no_cells() -> None:
    heap = Heap()
    assert heap.shared_cells(heap.allocate(heap.allocate(0, TABLE), TABLE)) == 0
    assert heap.shared_cells(heap.allocate(0, CONTAINER)) == 0


def test_an_item_of_a_table_may_be_in_its_cells_but_no_column_is() -> None:
    heap = Heap()
    cells = heap.shared_cells(heap.allocate(heap.allocate(0, CONTAINER), TABLE))
    item, column = LibraryInstance("pandas.Item", TABLE), LibraryInstance("pandas.Series", TABLE)
    assert heap.is_in_cells(Value(cells, 0, False, item))
    assert heap.is_in_cells(Value(cells, 0, False, UNKNOWN))
    assert not heap.is_in_cells(Value(cells, 0, False, column))
    assert not heap.is_in_cells(Value(heap.allocate(0), 0, False, item))
