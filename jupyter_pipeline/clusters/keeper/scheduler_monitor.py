"""Monitor the scheduler of a cluster: detect its exit, and track the start of its idle time."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.clusters.keeper import scheduler_info

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = ["SchedulerLostError", "SchedulerMonitor"]

_TIMEOUT = 20.0  # seconds without an answer after which a scheduler counts as lost
_TIMEOUT_AFTER_DISCONNECT = 4.0  # the same after its connection broke, which happens when its process exits
_INTERVAL_AFTER_DISCONNECT = 0.5


class SchedulerLostError(Exception):
    """The scheduler does not answer any more; the message says why."""


class SchedulerMonitor:
    """Poll one scheduler and remember its state.

    Parameters
    ----------
    cluster : Cluster
        A cluster whose scheduler answers.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._address = str(cluster.scheduler_address)
        self._status_task: asyncio.Future[Any] | None = scheduler_info.get_status_task(cluster)
        self._last_answer = time.monotonic()
        self._postponed = 0.0
        self._idle_since: float | None = None
        self.had_worker = False
        """True once a worker has connected."""
        self.had_tasks = False
        """True if there were tasks between the last two polls."""

    async def poll(self) -> scheduler_info.SchedulerInfo | None:
        """Return the state of the scheduler, ``None`` if it does not answer this time.

        Raises
        ------
        SchedulerLostError
            If the scheduler has not answered for too long.
        """
        disconnected = self._status_task is not None and self._status_task.done()
        try:
            timeout = _TIMEOUT_AFTER_DISCONNECT / 2 if disconnected else None
            info = await scheduler_info.fetch_info(self._cluster, timeout=timeout)
        except (OSError, TimeoutError) as error:
            if time.monotonic() - self._last_answer > (_TIMEOUT_AFTER_DISCONNECT if disconnected else _TIMEOUT):
                problem = "exited: its connection broke and it does not answer" if disconnected else "does not answer"
                raise SchedulerLostError(f"The scheduler at {self._address} {problem}") from error
            return None
        if disconnected:
            self._status_task = None  # the scheduler is running: use the longer timeout from now on
        self._last_answer = time.monotonic()
        self.had_tasks = info.idle_since is None or info.idle_since not in (
            self._idle_since or info.idle_since,
            self._postponed,
        )
        self._idle_since = info.idle_since
        self.had_worker = self.had_worker or info.workers > 0
        return info

    async def wait(self, seconds: float) -> None:
        """Return after `seconds`, or as soon as the connection to the scheduler breaks."""
        if self._status_task is None:
            await asyncio.sleep(seconds)
        elif self._status_task.done():
            await asyncio.sleep(_INTERVAL_AFTER_DISCONNECT)
        else:
            await asyncio.wait({self._status_task}, timeout=seconds)

    @property
    def is_busy(self) -> bool:
        """True if there were tasks at the last poll."""
        return self._idle_since is None

    def explain_no_workers(self, workers: int, requested: int | None) -> str:
        """Return the reason why a cluster has no workers.

        Parameters
        ----------
        workers : int
            Number of connected workers.
        requested : int or None
            Number of requested workers, ``None`` for adaptive scaling.

        Returns
        -------
        str
            Empty if the cluster has workers or they are still starting.
        """
        if workers:
            return ""
        if self.had_worker or self.is_busy:
            return "No workers" + ("; tasks are waiting" if self.is_busy else "")
        return "No workers requested: scale the cluster, or scale it adaptively" if requested == 0 else ""

    @property
    def idle_since(self) -> float | None:
        """Start of the idle time in seconds since the epoch, ``None`` while there are tasks."""
        return max(self._idle_since, self._postponed) if self._idle_since else None

    def postpone_idle_timeout(self, now: float) -> None:
        """Count the idle time from `now`, here and in the scheduler."""
        self._postponed = now
        scheduler_info.postpone_idle_timeout(self._cluster, now)
