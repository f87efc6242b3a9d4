"""Whether the scheduler of a cluster lives, and since when it has had nothing to do."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.clusters.keeper import scheduler_info

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = ["SchedulerLostError", "SchedulerMonitor"]

_SILENCE = 20.0  # seconds without an answer after which a scheduler is given up
_SILENCE_AFTER_BREAK = 4.0  # … whose connection broke, as it does at once when its process dies
_LOOK_AFTER_BREAK = 0.5


class SchedulerLostError(Exception):
    """The scheduler is given up; the message says why."""


class SchedulerMonitor:
    """What is known of one scheduler from looking at it again and again.

    Parameters
    ----------
    cluster : Cluster
        Its scheduler answers.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._address = str(cluster.scheduler_address)
        self._connection: asyncio.Future[Any] | None = scheduler_info.get_status_task(cluster)
        self._answered = time.monotonic()
        self._awake = 0.0
        self._idle_since: float | None = None
        self.had_worker = False
        """Whether a worker was ever seen."""

    async def look(self) -> scheduler_info.SchedulerInfo | None:
        """Ask the scheduler; ``None`` if it did not answer this time.

        Raises
        ------
        SchedulerLostError
            If it did not answer for so long that it is given up.
        """
        broken = self._connection is not None and self._connection.done()
        try:
            facts = await scheduler_info.fetch_info(self._cluster, timeout=_SILENCE_AFTER_BREAK / 2 if broken else None)
        except (OSError, TimeoutError) as error:
            if time.monotonic() - self._answered > (_SILENCE_AFTER_BREAK if broken else _SILENCE):
                how = "is gone: the connection broke, and nobody answers" if broken else "does not answer"
                raise SchedulerLostError(f"Its scheduler {how} at {self._address}") from error
            return None
        if broken:
            self._connection = None  # the scheduler lives: it is given more time from now on
        self._answered = time.monotonic()
        self._idle_since = facts.idle_since
        self.had_worker = self.had_worker or facts.workers > 0
        return facts

    async def rest(self, seconds: float) -> None:
        """Return after `seconds`, or as soon as the connection to the scheduler breaks."""
        if self._connection is None:
            await asyncio.sleep(seconds)
        elif self._connection.done():
            await asyncio.sleep(_LOOK_AFTER_BREAK)
        else:
            await asyncio.wait({self._connection}, timeout=seconds)

    @property
    def works(self) -> bool:
        """Whether it had tasks when it was looked at last."""
        return self._idle_since is None

    def hindrance(self, workers: int, wanted: int | None) -> str:
        """Return why a cluster of so many workers computes nothing; empty if nothing hinders it."""
        if workers:
            return ""
        if self.had_worker or self.works:
            return "It has no workers" + ("; tasks wait" if self.works else "")
        return "No workers were asked for: scale it, or let it adapt" if wanted == 0 else ""

    @property
    def idle_since(self) -> float | None:
        """Seconds since the epoch from which on its idle time counts; ``None`` while it has tasks."""
        return max(self._idle_since, self._awake) if self._idle_since else None

    def stay_awake(self, now: float) -> None:
        """Let the idle time count from `now`, here and in the scheduler."""
        self._awake = now
        scheduler_info.postpone_idle_timeout(self._cluster, now)
