from __future__ import annotations

from typing import Any

import pytest
from IPython.utils.text import SList

from jupyter_pipeline.workflows.comparison.names import compare_names
from jupyter_pipeline.workflows.fingerprint import fingerprint


class Model:
    pass


Model.__module__ = "__main__"


@pytest.mark.parametrize(
    ("here", "run", "status", "reason"),
    [
        ([1, 2], fingerprint([1, 2]), "same", ""),
        ([1, 2], fingerprint([1, 3]), "differs", "the value differs"),
        ([1, 2], fingerprint((1, 2)), "differs", "the type differs"),
        (SList(["a", "b"]), fingerprint(["a", "b"]), "same", ""),
        (SList(["a", "b"]), fingerprint(["a", "c"]), "differs", "the value differs"),
        (0.1 + 0.2, fingerprint(0.3), "same", "the numbers differ by rounding only"),
        (list(range(9)), {"type": "list", "reason": "time"}, "cannot be compared", "taken too long"),
        (
            Model(),
            {"type": "steps.Model", "reason": "it contains a steps.Model"},
            "cannot be compared",
            "it contains an object of the notebook's class Model",
        ),
        (
            Model(),
            {"type": "steps.job.<locals>.Model", "reason": "it contains a steps.job.<locals>.Model"},
            "cannot be compared",
            "it contains an object of the notebook's class Model",
        ),
        (Model(), {"type": "steps.Other", "reason": "it contains a steps.Other"}, "differs", "the type differs"),
    ],
)
def test_names_are_compared_by_fingerprint(here: Any, run: dict[str, Any], status: str, reason: str) -> None:
    recording = {"names": {"x": {"cell": 2, **run}}}
    [item] = compare_names(recording, {"x": here}, later=frozenset(), reasons={})[2]
    assert item.status.value == status
    assert reason in item.reason


def test_a_name_that_other_cells_use_is_no_difference() -> None:
    recording = {"names": {"x": {"cell": 2, **fingerprint(1)}}}
    [item] = compare_names(recording, {"x": 2}, later=frozenset({"x"}), reasons={})[2]
    assert item.status.value == "cannot be compared"
