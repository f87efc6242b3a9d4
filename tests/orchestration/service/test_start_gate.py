from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from jupyter_pipeline.orchestration.service.start_gate import GAP, is_held, note_poll
from jupyter_pipeline.orchestration.service_state import Polls, read_polls, write_polls


def run(due: float, *, auto_scheduled: bool = True, state_name: str = "Scheduled") -> SimpleNamespace:
    time = dt.datetime.fromtimestamp(due, dt.UTC)
    return SimpleNamespace(expected_start_time=time, auto_scheduled=auto_scheduled, state_name=state_name)


def test_a_gap_begins_the_record_anew() -> None:
    first = note_poll(None, 100.0)
    assert first == Polls(since=100.0, last=100.0)
    steady = note_poll(note_poll(first, 102.0), 102.0 + GAP)
    assert steady == Polls(since=100.0, last=102.0 + GAP)
    assert note_poll(steady, 1000.0) == Polls(since=1000.0, last=1000.0)


def test_a_clock_that_is_set_back_makes_no_gap() -> None:
    steady = Polls(since=10_000.0, last=20_000.0)
    assert note_poll(steady, 16_400.0) == Polls(since=10_000.0, last=16_400.0)
    assert note_poll(steady, 9_000.0) == Polls(since=9_000.0, last=9_000.0)


@pytest.mark.parametrize(
    ("found", "caught_up", "held"),
    [
        (run(700.0), 500.0, True),
        (run(700.0), None, True),
        (run(700.0, state_name="Late"), 500.0, True),
        (run(700.0), 700.0, False),  # the supervisor has decided
        (run(990.0), 500.0, False),  # late by less than the gap
        (run(1001.0), 500.0, False),
        (run(700.0, auto_scheduled=False), 500.0, False),  # by hand
        (run(700.0, state_name="AwaitingConcurrencySlot"), 500.0, False),
        (run(700.0, auto_scheduled=False, state_name="Skipped"), 700.0, True),
    ],
)
def test_a_run_is_held_until_the_supervisor_has_caught_up(
    found: SimpleNamespace, caught_up: float | None, held: bool
) -> None:
    assert is_held(found, Polls(since=1000.0, last=1002.0), caught_up) is held


def test_the_record_of_polls_is_read_as_written(isolated_state: object) -> None:
    assert read_polls() is None
    write_polls(Polls(since=1.25, last=3.0))
    assert read_polls() == Polls(since=1.25, last=3.0)
