"""Replace the workers of jobs that ended, were cancelled or reached their walltime."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.clusters.backends.backoff import MAX_FAILURES, explain_crash_loop
from jupyter_pipeline.clusters.backends.base import SHARED_LISTING_AGE
from jupyter_pipeline.clusters.backends.batch.identity import get_number
from jupyter_pipeline.clusters.backends.batch.job_search import read_submissions
from jupyter_pipeline.clusters.backends.batch.submission import SubmissionLog
from jupyter_pipeline.clusters.backends.job import Job, summarize_pending
from jupyter_pipeline.clusters.log_files import read_last_lines
from jupyter_pipeline.clusters.registry.submitted_jobs import SubmittedJob
from jupyter_pipeline.exceptions import ClusterError

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

    from jupyter_pipeline.clusters.backends.batch.base import BatchBackend

__all__ = ["forget_job", "get_submissions", "replace_lost_workers"]

logger = logging.getLogger("jupyter_pipeline.keeper")

_LOST_AFTER = 2  # consecutive listings without a job
_CANCEL_TIMEOUT = 15.0  # seconds after which a job is cancelled again


async def replace_lost_workers(backend: BatchBackend, cluster: Cluster) -> str:
    """Submit again for jobs that ended, were cancelled or reached their walltime, and return the state of the jobs.

    Raises
    ------
    ClusterError
        If job after job ended before its worker came, and there is no worker. The message has the last lines of
        a worker's log.
    """
    log = get_submissions(cluster)
    if log.closing:
        return ""
    jobs = await asyncio.to_thread(backend.find_jobs, log.tag, max_age=SHARED_LISTING_AGE)
    if jobs is None:
        return f"{backend.listing_command[0]} does not answer"
    active = {get_number(job.id) for job in jobs}
    connected = _connected_jobs(cluster)
    missing = {}
    for name, job in list(cluster.workers.items()):
        if not job.has_connected and (name in connected or log.arrived & _worker_names(cluster, name)):
            job.has_connected = True
            log.succeed()
        if name in connected or (job.job_id is not None and get_number(job.job_id) in active):
            job.missing_listings = 0
            continue
        job.missing_listings += 1
        if job.job_id is None and job.was_submitted and job.adopt(jobs):
            job.missing_listings = 0
        elif job.job_id is None and not log.backoff.is_waiting:
            forget_job(cluster, name)
        elif job.job_id is not None and job.missing_listings >= _LOST_AFTER:
            missing[name] = job
    lost = await _forget_ended_jobs(backend, cluster, missing) if missing else []
    await _cancel_again(log, jobs)
    await _record_losses(backend, cluster, lost)
    if set(cluster.worker_spec) - set(cluster.workers) and not log.backoff.is_waiting:
        await cluster._correct_state()
    if set(cluster.worker_spec) <= connected:
        log.loss = ""
    return "; ".join(filter(None, (log.backoff.reason or log.loss, summarize_pending(jobs))))


async def _forget_ended_jobs(backend: BatchBackend, cluster: Cluster, missing: Mapping[Any, Any]) -> list[Any]:
    """Remove those jobs from `cluster` that the batch system does not know by their ids either, and return them.

    Parameters
    ----------
    cluster : Cluster
        The cluster.
    missing : mapping
        Jobs that the listing does not have, by the names of their workers.
    """
    log = get_submissions(cluster)
    remaining = await asyncio.to_thread(backend.job_search.list_remaining, log.tag, timeout=10.0)
    if remaining is None:
        return []
    active = {get_number(job.id) for job in remaining}
    current = {job.job_id for name, job in cluster.workers.items() if name not in missing}
    log.file.mark_ended({i for i in log.known - current if get_number(i) not in active})
    lost = []
    for name, job in missing.items():
        job.missing_listings = 0
        if get_number(job.job_id) not in active:
            log.arrived -= _worker_names(cluster, name)
            forget_job(cluster, name)
            lost.append(job)
    return lost


async def _cancel_again(log: SubmissionLog, jobs: Sequence[Job]) -> None:
    """Cancel jobs again whose cancellation had no effect."""
    active = {get_number(job.id) for job in jobs if job.state in ("pending", "running")}
    overdue = time.monotonic() - _CANCEL_TIMEOUT
    log.cancelled = {i: when for i, when in log.cancelled.items() if get_number(i) in active or when > overdue}
    if any(when <= overdue for when in log.cancelled.values()):
        await log.cancel(frozenset(log.cancelled))


async def _record_losses(backend: BatchBackend, cluster: Cluster, lost: Sequence[Any]) -> None:
    """Record how jobs ended. Jobs that ended without a worker count as one failure, with a pause before the next.

    Raises
    ------
    ClusterError
        After several such failures, if no worker is connected.
    """
    if not lost:
        return
    log = get_submissions(cluster)
    submitted = {job.id: job for job in read_submissions(log.tag)}
    known = [submitted[job.job_id] for job in lost if job.job_id in submitted]
    ends = await asyncio.to_thread(backend.describe_ended_jobs, known)
    log.file.record_ends(ends)
    died = None
    for job in lost:
        end = ends.get(job.job_id, "it is gone")
        logger.info("job %s of worker %s: %s", job.job_id, job.name, end)
        if job.has_connected:
            log.loss = f"job {job.job_id} is replaced: {end}"
        else:
            died = job
    if died is None:
        return
    output = await asyncio.to_thread(_read_last_lines, backend, submitted.get(died.job_id))
    end = ends.get(died.job_id, "it is gone")
    reason = f"job {died.job_id} ended before its worker came: {end}; "
    reason += f"last lines of its log: {output}" if output else "see the cluster's logs"
    log.fail(reason)
    if log.deaths < MAX_FAILURES:
        return
    if not _connected_jobs(cluster):
        raise ClusterError(explain_crash_loop("jobs ended before their workers came", log.deaths, reason))
    log.backoff.retry_at = math.inf
    log.backoff.reason = f"no more jobs are submitted until you scale the cluster: {reason}"


def _read_last_lines(backend: BatchBackend, job: SubmittedJob | None) -> str:
    """Return the last lines of a job's output; empty if it has none or cannot be read."""
    outputs = backend.find_output_files(job).values() if job else ()
    return next(filter(None, (read_last_lines(file) for files in outputs for file in files)), "")


def get_submissions(cluster: Cluster) -> SubmissionLog:
    """Return the submissions of a cluster of a batch system."""
    log: SubmissionLog = cluster.jupyter_pipeline_submissions
    return log


def _connected_jobs(cluster: Cluster) -> set[Any]:
    """Return the names of the jobs with at least one connected worker."""
    names = {str(worker["name"]) for worker in cluster.scheduler_info["workers"].values()}
    return {job for job in cluster.worker_spec if _worker_names(cluster, job) & names}


def _worker_names(cluster: Cluster, job: Any) -> set[str]:
    """Return the names of the workers of a job."""
    group: Sequence[str] = cluster.worker_spec.get(job, {}).get("group") or [""]
    return {f"{job}{suffix}" for suffix in group}


def forget_job(cluster: Cluster, name: Any) -> None:
    """Remove a lost job, so that Dask fills its place in `worker_spec`."""
    from distributed.core import Status

    job = cluster.workers.pop(name, None)
    if job is not None:
        job.status = Status.closed
