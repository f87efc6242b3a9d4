from __future__ import annotations

import os
import time

import pytest

from jupyter_pipeline.workflows.rehearsal_recorder.budget import Budget, count_processors


@pytest.mark.parametrize(("load", "expected"), [(0.0, True), (99.0, False)])
def test_the_share_is_of_the_run_or_of_its_processor_time(
    monkeypatch: pytest.MonkeyPatch, load: float, expected: bool
) -> None:
    budget = Budget()
    monkeypatch.setattr(os, "getloadavg", lambda: (load * count_processors(), 0.0, 0.0))
    monkeypatch.setattr(budget, "_begun", time.monotonic() - 100)  # the run waited
    budget.charge(2)
    with budget.measured() as is_allowed:
        assert is_allowed is expected


def test_a_recorder_without_time_is_not_allowed() -> None:
    budget = Budget()
    budget.charge(1)
    with budget.measured() as is_allowed:
        assert not is_allowed
