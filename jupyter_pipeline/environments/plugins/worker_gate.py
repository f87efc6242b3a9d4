"""Knows which workers are prepared, and lets no task reach one that is not.

The scheduler gives tasks to workers whose status is *running*. A held worker is *paused* to the scheduler, whatever it
says itself: its own memory monitor resumes a worker that only it has paused.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import pickle
from collections.abc import Iterable
from typing import Any

from jupyter_pipeline.environments.plugins.process import PLUGIN

PATIENCE = 120.0
"""Seconds to wait for workers that are being prepared."""


class Gate:
    """The workers of one scheduler.

    Parameters
    ----------
    scheduler : distributed.Scheduler
        Its handler of status changes is replaced until `close`.

    Attributes
    ----------
    ready : dict
        Last report of each prepared worker.
    held : dict
        Why a worker gets no tasks; empty while it is being prepared.
    """

    def __init__(self, scheduler: Any) -> None:
        self.scheduler = scheduler
        self.ready: dict[str, dict[str, Any]] = {}
        self.held: dict[str, str] = {}
        self._news = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        self._change = scheduler.stream_handlers["worker-status-change"]
        scheduler.stream_handlers["worker-status-change"] = self._on_status_change

    def close(self) -> None:
        """Give the scheduler its own handler back."""
        self.scheduler.stream_handlers["worker-status-change"] = self._change
        for task in self._tasks:
            task.cancel()

    @property
    def failed(self) -> dict[str, str]:
        """Why each worker that could not be prepared gets no tasks."""
        return {worker: reason for worker, reason in self.held.items() if reason}

    def hold(self, worker: str) -> None:
        """Give `worker` no tasks until it is released."""
        self.ready.pop(worker, None)
        self.held[worker] = ""

    def forget(self, worker: str) -> None:
        """Drop a worker that left."""
        self.ready.pop(worker, None)
        self.held.pop(worker, None)
        self._tell()

    def release(self, worker: str, report: dict[str, Any]) -> None:
        """Give a prepared worker tasks."""
        self.ready[worker] = report
        if self.held.pop(worker, None) is not None:
            self._change(status="running", worker=worker, stimulus_id=f"{PLUGIN}-release")
        self._tell()

    def fail(self, worker: str, reason: str) -> None:
        """Give `worker` no tasks any more, and tell every client why."""
        self.ready.pop(worker, None)
        self.held[worker] = reason
        self._change(status="paused", worker=worker, stimulus_id=f"{PLUGIN}-hold")
        text = f"Worker {worker} takes no tasks: its environment could not be prepared. {reason}"
        logging.getLogger("distributed.scheduler").error(text)
        self.scheduler.log_event(["warn", worker], {"message": pickle.dumps(text)})  # as clients expect it
        self._tell()

    async def settled(self) -> None:
        """Wait for the workers that were there before the gate; later ones are held from their beginning."""
        await self._until(lambda: all(w in self.ready or w in self.held for w in self.scheduler.workers))

    async def prepared(self) -> None:
        """Wait until no worker is being prepared; one that takes longer than `PATIENCE` is not waited for."""
        with contextlib.suppress(TimeoutError):
            await self.settled()
            await self._until(lambda: "" not in self.held.values())

    async def ask(
        self, workers: Iterable[str], operation: str, failures: dict[str, str] | None = None, **arguments: Any
    ) -> dict[str, Any]:
        """Call an operation of `workers` at once and return their answers; a worker that left meanwhile has none.

        What fails goes to `failures` where that is given, and is raised otherwise, after all have answered.
        """
        failed: dict[str, str] = {}

        async def one(worker: str) -> Any:
            try:
                return await getattr(self.scheduler.rpc(worker), operation)(**arguments)
            except Exception as error:  # noqa: BLE001 - whatever a worker raises arrives as a bare exception
                if worker in self.scheduler.workers:
                    failed[worker] = str(error) or type(error).__name__
                return None

        chosen = list(workers)
        answers = await asyncio.gather(*map(one, chosen))
        if failures is not None:
            failures.update(failed)
        elif failed:
            raise RuntimeError("; ".join(f"worker {worker}: {text}" for worker, text in failed.items()))
        return {w: a for w, a in zip(chosen, answers, strict=True) if a is not None}

    def _on_status_change(self, status: str, worker: Any, stimulus_id: str) -> None:
        address = worker if isinstance(worker, str) else worker.address
        if address in self.held and status == "running":
            status = "paused"
        self._change(status=status, worker=worker, stimulus_id=stimulus_id)

    async def _until(self, true: Any) -> None:
        if true():
            return
        async with self._news:
            await asyncio.wait_for(self._news.wait_for(true), PATIENCE)

    def _tell(self) -> None:
        async def tell() -> None:
            async with self._news:
                self._news.notify_all()

        task = asyncio.create_task(tell())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
