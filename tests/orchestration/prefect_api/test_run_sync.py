from __future__ import annotations

import asyncio
import contextlib
import threading

import pytest

from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync


@run_sync
async def double(number: int) -> int:
    """Double it."""
    await asyncio.sleep(0)
    if number < 0:
        raise ValueError(number)
    return 2 * number


def test_it_is_a_plain_function() -> None:
    assert double(21) == 42
    assert double.__doc__ == "Double it."


def test_it_works_where_a_loop_runs() -> None:
    async def cell() -> int:
        return double(21)

    assert asyncio.run(cell()) == 42


def test_errors_come_through_where_a_loop_runs() -> None:
    async def cell() -> int:
        return double(-1)

    with pytest.raises(ValueError, match="-1"):
        asyncio.run(cell())


def test_an_interrupt_cancels_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    started, cancelled = threading.Event(), threading.Event()

    @run_sync
    async def long() -> None:
        started.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    join = threading.Thread.join
    interrupts = iter([KeyboardInterrupt()])

    def interrupted(self: threading.Thread, timeout: float | None = None) -> None:
        if self.name == "jupyter-pipeline-api":
            started.wait(10)
            with contextlib.suppress(StopIteration):
                raise next(interrupts)
        join(self, timeout)

    monkeypatch.setattr(threading.Thread, "join", interrupted)

    async def cell() -> None:
        long()

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(cell())
    assert cancelled.is_set()
