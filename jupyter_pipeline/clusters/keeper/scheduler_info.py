"""Query the scheduler of a cluster: workers, memory, idle time, logs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.clusters.backends import Backend
from jupyter_pipeline.clusters.log_files import get_file_name
from jupyter_pipeline.paths import private_dir, write_private

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = [
    "BusyWorker",
    "SchedulerInfo",
    "count_planned_workers",
    "fetch_events",
    "fetch_info",
    "fetch_nanny_logs",
    "get_status_task",
    "is_closed",
    "postpone_idle_timeout",
    "reduce_idle_checks",
    "save_logs",
]

_TIMEOUT = 5.0
_NANNY_LINES = 200
_IDLE_CHECK_INTERVAL = 5000.0  # milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class BusyWorker:
    """A worker with running tasks at one time."""

    tasks: int
    threads: int
    cores: float
    """Cores that its process uses."""
    spilled: int
    """Bytes that it has moved to the disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulerInfo:
    """State of a scheduler at one time."""

    workers: int
    threads: int
    memory_used: int
    memory_limit: int
    addresses: frozenset[str] = frozenset()
    """Addresses of the workers."""
    largest_memory: int = 0
    """Largest memory that one worker uses."""
    worker_memory_limit: int = 0
    """Largest memory limit of one worker."""
    busy_workers: tuple[BusyWorker, ...] = ()
    """Workers with running tasks."""
    idle_since: float | None
    """Seconds since the epoch since when there are no tasks, ``None`` while there are tasks."""


async def fetch_info(cluster: Cluster, *, timeout: float | None = None) -> SchedulerInfo:
    """Return the current state of the scheduler.

    Parameters
    ----------
    cluster : Cluster
        The cluster.
    timeout : float, optional
        Seconds to wait for a scheduler in another process, 5 by default.

    Raises
    ------
    OSError, asyncio.TimeoutError
        If the scheduler does not answer.
    """
    scheduler = _get_local_scheduler(cluster)
    if scheduler is not None:
        return _build_info(scheduler.identity(), scheduler.check_idle())
    async with asyncio.timeout(timeout or _TIMEOUT):
        return _build_info(await cluster.scheduler_comm.identity(), await cluster.scheduler_comm.check_idle())


def _build_info(scheduler: dict[str, Any], idle_since: float | None) -> SchedulerInfo:
    workers = scheduler["workers"].values()
    memory = [int(w["metrics"].get("memory", 0)) for w in workers]
    limits = [int(w["memory_limit"] or 0) for w in workers]
    return SchedulerInfo(
        workers=len(workers),
        addresses=frozenset(scheduler["workers"]),
        threads=sum(w["nthreads"] for w in workers),
        memory_used=sum(memory),
        memory_limit=sum(limits),
        largest_memory=max(memory, default=0),
        worker_memory_limit=max(limits, default=0),
        busy_workers=tuple(found for w in workers if (found := _read_busy_worker(w["metrics"], w["nthreads"]))),
        idle_since=idle_since,
    )


def _read_busy_worker(metrics: dict[str, Any], threads: int) -> BusyWorker | None:
    """Return a worker from the metrics of its last heartbeat, ``None`` if it has no running task."""
    counts = metrics.get("task_counts") or {}
    tasks = counts.get("executing", 0) + counts.get("long-running", 0)
    if not tasks:
        return None
    spilled = metrics.get("spilled_bytes") or {}
    return BusyWorker(
        tasks=tasks, threads=threads, cores=float(metrics.get("cpu", 0.0)) / 100, spilled=int(spilled.get("disk", 0))
    )


async def fetch_events(cluster: Cluster, *, is_needed: bool = True) -> tuple[Sequence[tuple[float, Any]], float] | None:
    """Return the events of the scheduler with their times, and its current time.

    Parameters
    ----------
    cluster : Cluster
        The cluster.
    is_needed : bool
        False to ask only a scheduler in this process, which costs nothing.

    Returns
    -------
    tuple or None
        ``None`` if the scheduler was not asked or does not answer.
    """
    scheduler = _get_local_scheduler(cluster)
    if scheduler is not None:
        return scheduler.get_events("all"), time.time()
    if not is_needed:
        return None
    try:
        async with asyncio.timeout(_TIMEOUT):
            events = await cluster.scheduler_comm.events(topic="all")
    except (OSError, TimeoutError, AttributeError):
        return None
    # The clock of its host may differ: the time of the newest event is at most a moment old.
    return events, max([time.time(), *(when for when, _ in events[-1:])])


async def fetch_nanny_logs(cluster: Cluster) -> list[str]:
    """Return the logs of the nannies in other processes whose workers are connected, the newest line last."""
    try:
        async with asyncio.timeout(_TIMEOUT):
            found = await cluster.scheduler_comm.broadcast(
                msg={"op": "get_logs", "n": _NANNY_LINES}, nanny=True, on_error="ignore"
            )
    except Exception:  # noqa: BLE001 - workers without a nanny raise any error
        return []
    return ["\n".join(str(line) for _, line in reversed(lines)) for lines in found.values() if lines]


def _get_local_scheduler(cluster: Cluster) -> Any:
    """Return the scheduler if it runs in this process, as for local clusters and batch systems."""
    scheduler = getattr(cluster, "scheduler", None)
    return scheduler if hasattr(scheduler, "check_idle") else None


def is_closed(cluster: Cluster) -> bool:
    """Return True if a client's ``shutdown()`` or the idle timeout has closed the scheduler."""
    scheduler = _get_local_scheduler(cluster)
    return scheduler is not None and scheduler.status.name in ("closing", "closed")


def get_status_task(cluster: Cluster) -> asyncio.Future[Any] | None:
    """Return the task that receives worker updates from the scheduler, ``None`` if the class has none.

    The task is done as soon as the connection to the scheduler breaks, such as when the scheduler is killed.
    """
    task = getattr(cluster, "_watch_worker_status_task", None)
    return task if isinstance(task, asyncio.Future) else None


def reduce_idle_checks(cluster: Cluster) -> None:
    """Make a scheduler in this process check its timeouts less often; they last minutes at least."""
    callbacks = getattr(_get_local_scheduler(cluster), "periodic_callbacks", {})
    for name in ("idle-timeout", "no-workers-timeout"):
        if name in callbacks:
            callbacks[name].callback_time = _IDLE_CHECK_INTERVAL


def postpone_idle_timeout(cluster: Cluster, now: float) -> None:
    """Make the scheduler's own idle timeout count from `now`, in seconds since the epoch."""
    scheduler = _get_local_scheduler(cluster)
    if scheduler is not None and scheduler.idle_since:
        scheduler.idle_since = now


def count_planned_workers(cluster: Cluster) -> int | None:
    """Return the number of workers that the cluster plans to have, ``None`` if its class has no plan."""
    plan = getattr(cluster, "plan", None)
    try:
        return len(plan) if plan is not None else None
    except TypeError:
        return None


async def save_logs(cluster: Cluster, backend: Backend, folder: Path) -> None:
    """Write the logs of scheduler and workers into ``folder/logs``.

    Raises
    ------
    OSError, asyncio.TimeoutError
        If the scheduler does not answer, or the disk is full.
    """
    async with asyncio.timeout(2 * _TIMEOUT):
        logs = await backend.read_logs(cluster)
    target = private_dir(folder / "logs")
    for source, text in logs.items():
        if str(text).strip():
            write_private(target / get_file_name(str(source)), str(text) + "\n")
