from __future__ import annotations

import asyncio
import os

import pytest
from waiting import patience, wait_until, wait_until_async


def test_waiting_returns_the_first_true_value() -> None:
    values = iter([0, "", 7])
    assert wait_until(lambda: next(values), interval=0) == 7


def test_a_timeout_names_the_condition_and_its_last_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getloadavg", lambda: (0.0, 0.0, 0.0))
    with pytest.raises(AssertionError, match=r"not within 0 s: a worker \(last value \[\]\)"):
        wait_until(list, timeout=0, message="a worker")


def test_an_async_wait_takes_functions_and_coroutine_functions() -> None:
    async def ready() -> bool:
        return True

    assert asyncio.run(wait_until_async(ready)) is True
    assert asyncio.run(wait_until_async(lambda: 3)) == 3


@pytest.mark.parametrize(("load", "factor"), [(0.0, 1.0), (2.0, 2.0), (100.0, 5.0)])
def test_a_busy_machine_gets_more_time(load: float, factor: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getloadavg", lambda: (load, load, load))
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert patience(10) == 10 * factor
