"""Shut down a cluster from its keeper: close it, then remove remaining processes and jobs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_pipeline import processes
from jupyter_pipeline.clusters.backends import Backend
from jupyter_pipeline.clusters.cleanup import cluster_processes, orphans
from jupyter_pipeline.clusters.keeper import scheduler_info
from jupyter_pipeline.clusters.registry import markers
from jupyter_pipeline.exceptions import PipelineError
from jupyter_pipeline.models import Profile

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = ["close_cluster", "remove_other_orphans", "remove_remaining"]

logger = logging.getLogger("jupyter_pipeline.keeper")

_CLOSE_TIMEOUT = 50.0
_CLOSE_TIMEOUT_WITHOUT_WORKERS = 10.0  # workers that are still starting may answer nothing
_CONNECT_TIMEOUT = "2s"
_TERMINATE_TIMEOUT = 2.0
_RETRY_INTERVAL = 5.0


async def close_cluster(cluster: Cluster, backend: Backend, folder: Path, *, had_worker: bool) -> None:
    """Save the logs of `cluster` in `folder` and close it; log failures, since `remove_remaining` follows.

    Parameters
    ----------
    cluster : Cluster
        The cluster.
    backend : Backend
        Backend of the cluster.
    folder : Path
        Folder of the cluster.
    had_worker : bool
        True if a worker has connected. Without workers, the time to close is shorter.
    """
    import dask

    # The scheduler may have exited already: do not wait long for a connection.
    with dask.config.set({"distributed.comm.timeouts.connect": _CONNECT_TIMEOUT}):
        with contextlib.suppress(Exception):  # logs are not worth a failure
            await scheduler_info.save_logs(cluster, backend, folder)
        try:
            async with asyncio.timeout(_CLOSE_TIMEOUT if had_worker else _CLOSE_TIMEOUT_WITHOUT_WORKERS):
                await backend.close(cluster)
        except Exception:  # remaining processes and jobs are found by tag
            logger.exception("closing failed")


async def remove_remaining(cluster_id: str, folder: Path, profile: Profile, report: Callable[[str], None]) -> None:
    """Remove processes and jobs of the cluster; return only when none is found.

    Parameters
    ----------
    cluster_id : str
        Id of the cluster, which tags its processes and jobs.
    folder : Path
        Folder of the cluster.
    profile : Profile
        Profile of the cluster.
    report : callable
        Called with the problem after each failed attempt.
    """
    while True:
        found = await asyncio.to_thread(cluster_processes.find_processes, cluster_id)
        remaining = await asyncio.to_thread(processes.terminate, found, grace=_TERMINATE_TIMEOUT)
        problem = f"These processes do not exit: {', '.join(str(p.pid) for p in remaining)}" if remaining else ""
        if not problem and markers.may_have_jobs(folder):
            try:
                _, problem = await asyncio.to_thread(orphans.remove_jobs, profile, cluster_id)
            except PipelineError as error:
                problem = str(error)
        if not problem:
            return
        report(f"{problem.rstrip('.')}; the keeper will retry")
        await asyncio.sleep(_RETRY_INTERVAL)


def remove_other_orphans() -> None:
    """Remove orphans of other clusters; log failures."""
    try:
        for item in orphans.remove_orphans():
            logger.info("removed an orphan of a lost cluster: %s", item)
    except (PipelineError, OSError):
        logger.exception("cannot remove orphans of lost clusters")
