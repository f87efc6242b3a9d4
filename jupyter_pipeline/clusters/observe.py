"""What a cluster does now, as its scheduler tells it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = ["Facts", "is_closed", "observe", "planned", "stay_awake"]

_TIMEOUT = 5.0  # seconds for a scheduler elsewhere to answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One look at a cluster."""

    workers: int
    threads: int
    memory_used: int
    memory_limit: int
    idle_since: float | None
    """Seconds since the epoch from which on there were no tasks; ``None`` while there are some."""


async def observe(cluster: Cluster) -> Facts:
    """Return what the scheduler tells.

    Raises
    ------
    OSError, asyncio.TimeoutError
        If it does not answer.
    """
    scheduler = _in_process(cluster)
    if scheduler is not None:
        return _facts(scheduler.identity(), scheduler.check_idle())
    async with asyncio.timeout(_TIMEOUT):
        return _facts(await cluster.scheduler_comm.identity(), await cluster.scheduler_comm.check_idle())


def _facts(known: dict[str, Any], idle_since: float | None) -> Facts:
    workers = known["workers"].values()
    return Facts(
        workers=len(workers),
        threads=sum(w["nthreads"] for w in workers),
        memory_used=sum(int(w["metrics"].get("memory", 0)) for w in workers),
        memory_limit=sum(int(w["memory_limit"] or 0) for w in workers),
        idle_since=idle_since,
    )


def _in_process(cluster: Cluster) -> Any:
    """Return the scheduler if it lives in this process, as it does for local clusters and batch systems."""
    scheduler = getattr(cluster, "scheduler", None)
    return scheduler if hasattr(scheduler, "check_idle") else None


def is_closed(cluster: Cluster) -> bool:
    """Return whether the scheduler was closed by somebody else: a client's ``shutdown()``, or its idle timeout."""
    scheduler = _in_process(cluster)
    return scheduler is not None and scheduler.status.name in ("closing", "closed")


def stay_awake(cluster: Cluster, now: float) -> None:
    """Let the scheduler count its idle time from `now`, so that its own timeout, the second layer, waits too."""
    scheduler = _in_process(cluster)
    if scheduler is not None and scheduler.idle_since:
        scheduler.idle_since = now


def planned(cluster: Cluster) -> int | None:
    """Return how many workers the cluster tries to have, ``None`` when its class does not tell."""
    plan = getattr(cluster, "plan", None)
    try:
        return len(plan) if plan is not None else None
    except TypeError:
        return None
