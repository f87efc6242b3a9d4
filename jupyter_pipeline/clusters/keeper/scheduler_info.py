"""What a cluster does now, as its scheduler tells it."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.paths import private_dir, write_private

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = [
    "SchedulerInfo",
    "count_planned_workers",
    "fetch_info",
    "get_status_task",
    "is_closed",
    "postpone_idle_timeout",
    "reduce_idle_checks",
    "save_logs",
]

_TIMEOUT = 5.0
_IDLE_LOOK = 5000.0  # milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulerInfo:
    """One look at a cluster."""

    workers: int
    threads: int
    memory_used: int
    memory_limit: int
    idle_since: float | None
    """Seconds since the epoch from which on there were no tasks; ``None`` while there are some."""


async def fetch_info(cluster: Cluster, *, timeout: float | None = None) -> SchedulerInfo:
    """Return what the scheduler tells.

    Parameters
    ----------
    cluster : Cluster
        Whose scheduler is asked.
    timeout : float, optional
        Seconds for one elsewhere to answer.

    Raises
    ------
    OSError, asyncio.TimeoutError
        If it does not answer.
    """
    scheduler = _get_local_scheduler(cluster)
    if scheduler is not None:
        return _build_info(scheduler.identity(), scheduler.check_idle())
    async with asyncio.timeout(timeout or _TIMEOUT):
        return _build_info(await cluster.scheduler_comm.identity(), await cluster.scheduler_comm.check_idle())


def _build_info(known: dict[str, Any], idle_since: float | None) -> SchedulerInfo:
    workers = known["workers"].values()
    return SchedulerInfo(
        workers=len(workers),
        threads=sum(w["nthreads"] for w in workers),
        memory_used=sum(int(w["metrics"].get("memory", 0)) for w in workers),
        memory_limit=sum(int(w["memory_limit"] or 0) for w in workers),
        idle_since=idle_since,
    )


def _get_local_scheduler(cluster: Cluster) -> Any:
    """Return the scheduler if it lives in this process, as it does for local clusters and batch systems."""
    scheduler = getattr(cluster, "scheduler", None)
    return scheduler if hasattr(scheduler, "check_idle") else None


def is_closed(cluster: Cluster) -> bool:
    """Return whether the scheduler was closed by somebody else: a client's ``shutdown()``, or its idle timeout."""
    scheduler = _get_local_scheduler(cluster)
    return scheduler is not None and scheduler.status.name in ("closing", "closed")


def get_status_task(cluster: Cluster) -> asyncio.Future[Any] | None:
    """Return what is done once the connection breaks over which the scheduler tells of its workers.

    It breaks at once when a scheduler elsewhere is killed. ``None`` for a class that has no such connection.
    """
    task = getattr(cluster, "_watch_worker_status_task", None)
    return task if isinstance(task, asyncio.Future) else None


def reduce_idle_checks(cluster: Cluster) -> None:
    """Let a scheduler in this process look less often whether its idle time is over, which takes minutes at least."""
    callbacks = getattr(_get_local_scheduler(cluster), "periodic_callbacks", {})
    for name in ("idle-timeout", "no-workers-timeout"):
        if name in callbacks:
            callbacks[name].callback_time = _IDLE_LOOK


def postpone_idle_timeout(cluster: Cluster, now: float) -> None:
    """Let the scheduler count its idle time from `now`, so that its own timeout, the second layer, waits too."""
    scheduler = _get_local_scheduler(cluster)
    if scheduler is not None and scheduler.idle_since:
        scheduler.idle_since = now


def count_planned_workers(cluster: Cluster) -> int | None:
    """Return how many workers the cluster tries to have, ``None`` when its class does not tell."""
    plan = getattr(cluster, "plan", None)
    try:
        return len(plan) if plan is not None else None
    except TypeError:
        return None


async def save_logs(cluster: Cluster, folder: Path) -> None:
    """Write the logs of scheduler and workers, as Dask holds them, into ``folder/logs``.

    Raises
    ------
    OSError, asyncio.TimeoutError
        If the scheduler does not answer, or the disk is full.
    """
    async with asyncio.timeout(2 * _TIMEOUT):
        logs = cluster.get_logs()
        logs = await logs if hasattr(logs, "__await__") else logs
    target = private_dir(folder / "logs")
    for source, text in logs.items():
        if str(text).strip():
            name = re.sub(r"[^A-Za-z0-9.-]+", "-", str(source)).strip("-")
            write_private(target / f"{name}.log", str(text) + "\n")
