from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from jupyter_pipeline.orchestration import service_state
from jupyter_pipeline.orchestration.service import missed_runs
from jupyter_pipeline.orchestration.service.missed_runs import MissedRuns
from jupyter_pipeline.orchestration.service.outages import Cause, OutageLog
from jupyter_pipeline.orchestration.service.start_gate import GAP
from jupyter_pipeline.orchestration.service_state import Polls


@pytest.fixture
def gaps(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, float, str]]:
    """Return the gaps whose runs were requested: begin, end and cause."""
    found: list[tuple[float, float, str]] = []

    async def catch_up(api: Any, since: float, until: float, cause: str) -> dict[str, str]:
        found.append((since, until, cause))
        return {}

    monkeypatch.setattr(missed_runs, "catch_up_missed_runs", catch_up)
    return found


@contextlib.asynccontextmanager
async def connect() -> AsyncIterator[None]:
    yield


def follow(outages: OutageLog, polls: Polls) -> None:
    service_state.write_polls(polls)
    asyncio.run(MissedRuns(outages).follow_polls(connect))  # type: ignore[arg-type]


def test_the_first_start_has_missed_nothing(gaps: list[Any]) -> None:
    begin = time.time()
    asyncio.run(MissedRuns(OutageLog()).catch_up(None))  # type: ignore[arg-type]
    assert gaps == []
    assert (service_state.caught_up_until() or 0) >= begin - 1


def test_a_start_after_a_gap_catches_up_with_the_cause(gaps: list[Any]) -> None:
    outages, stopped = OutageLog(), time.time() - 3600
    outages.note(Cause.STOPPED, "the service was not running")
    service_state.note_caught_up(stopped)
    asyncio.run(MissedRuns(outages).catch_up(None))  # type: ignore[arg-type]
    ((since, until, cause),) = gaps
    assert since == pytest.approx(stopped, abs=1)
    assert until == pytest.approx(time.time(), abs=60)
    assert cause == "the service was not running"
    assert outages.describe() != cause  # it has ended


def test_only_a_gap_of_polls_is_caught_up(gaps: list[Any]) -> None:
    now = float(round(time.time()))
    outages = OutageLog()
    service_state.note_caught_up(now - 300)
    follow(outages, Polls(since=now - 400, last=now - 200))  # without a gap
    assert service_state.caught_up_until() == now - 200
    follow(outages, Polls(since=now - 200 + GAP, last=now))  # a short one
    assert service_state.caught_up_until() == now - 200 + GAP
    assert gaps == []
    follow(outages, Polls(since=now, last=now))
    assert [gap[:2] for gap in gaps] == [(now - 200 + GAP, now - GAP)]
    assert service_state.caught_up_until() == now - GAP
