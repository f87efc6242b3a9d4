"""Close a cluster of a batch system, and cancel its jobs until the batch system lists none of them."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

from jupyter_pipeline.clusters.backends.batch.lost_workers import get_submissions
from jupyter_pipeline.clusters.backends.batch.submission import CANCELLED, close_unknown_jobs
from jupyter_pipeline.exceptions import ClusterError

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

    from jupyter_pipeline.clusters.backends.batch.base import BatchBackend

__all__ = ["close_cluster"]


async def close_cluster(backend: BatchBackend, cluster: Cluster, *, timeout: float) -> None:
    """Close a cluster and cancel its jobs. See `BatchBackend.close`."""
    log = get_submissions(cluster)
    log.closing = True
    deadline = time.monotonic() + timeout
    await log.wait_for_submissions(timeout / 2)
    if log.used:
        jobs = await asyncio.to_thread(backend.find_jobs, log.tag)
        log.file.record_ends({job.id: CANCELLED for job in jobs or () if job.state in ("pending", "running")})
        with contextlib.suppress(ClusterError):  # tried again below, where the error is reported
            await asyncio.to_thread(backend.cancel_jobs, jobs or ())
    close_unknown_jobs(cluster)
    await cluster.close()
    problem = ""
    while log.used:
        jobs = await asyncio.to_thread(backend.find_remaining_jobs, log.tag)
        if jobs is not None:
            active = [job for job in jobs if job.state in ("pending", "running")]
            if not active:
                return
            try:
                await asyncio.to_thread(backend.cancel_jobs, active)
            except ClusterError as error:
                problem = str(error)
        else:
            problem = f"{backend.listing_command[0]} does not answer."
        if time.monotonic() > deadline:
            raise ClusterError(f"Jobs of {log.tag} may still exist. {problem}")
        await asyncio.sleep(1.0)
