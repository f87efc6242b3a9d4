from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from jupyter_pipeline.workflows.worker_tasks import remote

CALL = {"name": "load", "returns": ["table"]}


@pytest.mark.parametrize("value", [np.zeros((4, 4)).T[::2], np.float64(1.0), (np.arange(3), np.array(["a"]))], ids=str)
def test_arrays_of_numbers_are_not_serialized_before_they_are_sent(value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "serialize", None)
    remote._check_value(value, CALL)


@pytest.mark.parametrize("value", [np.array([open], dtype=object), np.array([lambda: (yield)], dtype=object), {1: 2}])
def test_other_values_are_checked(value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[Any] = []
    monkeypatch.setattr(remote, "serialize", lambda part, on_error: checked.append(part))
    remote._check_value(value, CALL)
    assert len(checked) == 1
