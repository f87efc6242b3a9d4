from __future__ import annotations

import time

import pytest

from jupyter_pipeline.orchestration.service.outages import Cause, Clocks, OutageLog, compare_clocks

BEFORE = Clocks(wall=1_000_000.0, monotonic=100.0, boot=400.0)


@pytest.mark.parametrize(
    ("passed", "expected"),
    [
        ((1.0, 1.0, 1.0), ""),
        ((9.0, 9.0, 9.0), ""),
        ((600.4, 0.5, 600.5), "the host was suspended for 10 minutes"),
        ((300.0, 300.0, 300.0), "the service was suspended for 5 minutes"),
        ((3601.0, 1.0, 1.0), "the clock was set forward by 1 hour"),
        ((-3599.0, 1.0, 1.0), "the clock was set back by 1 hour"),
    ],
)
def test_the_clocks_show_the_event(passed: tuple[float, float, float], expected: str) -> None:
    wall, monotonic, boot = passed
    now = Clocks(wall=BEFORE.wall + wall, monotonic=BEFORE.monotonic + monotonic, boot=BEFORE.boot + boot)
    assert compare_clocks(BEFORE, now) == expected


def test_the_most_certain_cause_counts() -> None:
    log = OutageLog()
    assert log.describe() == "the worker did not ask for due runs"
    log.note(Cause.SILENCE, "the Prefect server did not answer")
    log.note(Cause.CHILD, "the server of the service was terminated by SIGKILL")
    log.note(Cause.CHILD, "the worker of the service exited with code 1")
    assert log.describe() == "the server of the service was terminated by SIGKILL"
    log.forget(time.time() - 60)
    assert "SIGKILL" in log.describe()
    log.forget(time.time())
    assert log.describe() == "the worker did not ask for due runs"
