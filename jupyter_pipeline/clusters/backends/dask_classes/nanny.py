"""Nannies that use little CPU time: several of them share the keeper's process."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

from distributed import Nanny
from distributed.core import Status

from jupyter_pipeline.clusters.backends.backoff import SHORT_LIFETIME

__all__ = ["QuietNanny"]

# Milliseconds between two callbacks
_INTERVALS = {
    "memory_monitor": 200.0,  # memory of the worker, which checks it more often itself
    "tick": 2000.0,  # delay of the event loop; Dask warns from three seconds on
    "monitor": 60_000.0,  # load of the nanny's process, which is never read
}

_LONGEST_PAUSE = 60.0

logger = logging.getLogger("jupyter_pipeline.keeper")


class QuietNanny(Nanny):  # type: ignore[misc]
    """`distributed.Nanny` with longer intervals between its periodic callbacks, and pauses between restarts."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, interval in _INTERVALS.items():
            callback = self.periodic_callbacks.get(name)
            if callback is not None:
                callback.callback_time = max(callback.callback_time, interval)
        self._started_at = 0.0
        self._short_lifetimes = 0
        """Consecutive short lifetimes of worker processes that failed."""

    async def instantiate(self) -> Status:
        """Start a worker process, and report a process that ends before its worker joins."""
        self._started_at = started = time.time()
        status: Status = await super().instantiate()
        if status != Status.running and self.status == Status.running:
            self.log_event("all", {"action": "worker-failed", "worker": self.address, "started": started})
        return status

    async def _on_worker_exit(self, exitcode: int) -> None:
        """Start another worker, after a pause if one process after the other fails soon after its start."""
        is_short = time.time() - self._started_at < SHORT_LIFETIME
        self._short_lifetimes = self._short_lifetimes + 1 if exitcode and is_short else 0
        if self._short_lifetimes and self.status == Status.running:
            pause = min(_LONGEST_PAUSE, 2.0 ** (self._short_lifetimes - 2))
            logger.info("worker %s is started again in %g s", self.name, pause)
            await asyncio.sleep(pause)
            if self.is_alive():  # a client has requested a restart
                return
        await super()._on_worker_exit(exitcode)
