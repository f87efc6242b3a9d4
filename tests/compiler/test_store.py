from __future__ import annotations

import random

import pytest

from jupyter_pipeline.compiler.analysis import heap as module
from jupyter_pipeline.compiler.analysis.heap import Heap, bits


def reachable(holds: list[int], mask: int) -> int:
    found = 0
    while mask:
        found |= mask
        mask = sum({1 << p for held in bits(mask) for p in bits(holds[held])}) & ~found
    return found


@pytest.mark.parametrize("seed", range(20))
def test_a_closure_is_what_can_be_reached_whatever_was_linked_since(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
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
