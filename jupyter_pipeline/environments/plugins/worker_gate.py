"""Track which workers are prepared, and hold tasks back from the others.

The scheduler assigns tasks to workers with the status *running*. It sees a held worker as *paused*, even if the memory
monitor of the worker reports *running*.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import pickle
from collections.abc import Iterable
from typing import Any

from jupyter_pipeline.environments.plugins.process import PLUGIN

PREPARE_TIMEOUT = 120.0
"""Seconds to wait for workers that are being prepared."""


class WorkerGate:
    """Workers of one scheduler.

    Parameters
    ----------
    scheduler : distributed.Scheduler
        Scheduler whose handler of status changes is replaced until `close`.

    Attributes
    ----------
    ready : dict
        Last report of each prepared worker.
    held : dict
        Reasons by worker that gets no tasks; empty while a worker is being prepared.
    """

    def __init__(self, scheduler: Any) -> None:
        self.scheduler = scheduler
        self.ready: dict[str, dict[str, Any]] = {}
        self.held: dict[str, str] = {}
        self._changed = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        self._change = scheduler.stream_handlers["worker-status-change"]
        scheduler.stream_handlers["worker-status-change"] = self._on_status_change

    def close(self) -> None:
        """Restore the scheduler's handler."""
        self.scheduler.stream_handlers["worker-status-change"] = self._change
        for task in self._tasks:
            task.cancel()

    @property
    def failed(self) -> dict[str, str]:
        """Reasons by worker that could not be prepared."""
        return {worker: reason for worker, reason in self.held.items() if reason}

    def hold(self, worker: str) -> None:
        """Hold tasks back from `worker` until it is released."""
        self.ready.pop(worker, None)
        self.held[worker] = ""

    def forget(self, worker: str) -> None:
        """Remove a worker that has left."""
        self.ready.pop(worker, None)
        self.held.pop(worker, None)
        self._notify()

    def release(self, worker: str, report: dict[str, Any]) -> None:
        """Allow tasks on a prepared worker."""
        self.ready[worker] = report
        if self.held.pop(worker, None) is not None:
            self._change(status="running", worker=worker, stimulus_id=f"{PLUGIN}-release")
        self._notify()

    def fail(self, worker: str, reason: str) -> None:
        """Hold tasks back from `worker` permanently, and report the reason to every client."""
        self.ready.pop(worker, None)
        self.held[worker] = reason
        self._change(status="paused", worker=worker, stimulus_id=f"{PLUGIN}-hold")
        text = f"Worker {worker} takes no tasks: its environment could not be prepared. {reason}"
        logging.getLogger("distributed.scheduler").error(text)
        self.scheduler.log_event(["warn", worker], {"message": pickle.dumps(text)})  # the format that clients expect
        self._notify()

    async def wait_until_known(self) -> None:
        """Wait for the workers that joined before the plugin. Later ones are held when they join."""
        await self._until(lambda: all(w in self.ready or w in self.held for w in self.scheduler.workers))

    async def wait_until_prepared(self) -> None:
        """Wait until no worker is being prepared, at most `PREPARE_TIMEOUT` seconds."""
        with contextlib.suppress(TimeoutError):
            await self.wait_until_known()
            await self._until(lambda: "" not in self.held.values())

    async def call_workers(
        self, workers: Iterable[str], operation: str, failures: dict[str, str] | None = None, **arguments: Any
    ) -> dict[str, Any]:
        """Call an operation on `workers` concurrently and return results by worker; workers that left have none.

        Errors are added to `failures`. Without it, they are raised after all workers have replied.
        """
        failed: dict[str, str] = {}

        async def one(worker: str) -> Any:
            try:
                return await getattr(self.scheduler.rpc(worker), operation)(**arguments)
            except Exception as error:  # noqa: BLE001 - a worker may raise any exception
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

    async def _until(self, condition: Any) -> None:
        if condition():
            return
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(condition), PREPARE_TIMEOUT)

    def _notify(self) -> None:
        async def notify() -> None:
            async with self._changed:
                self._changed.notify_all()

        task = asyncio.create_task(notify())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
