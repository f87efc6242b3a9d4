"""Find and remove orphans: processes and jobs of clusters whose keeper has exited.

A process carries its cluster's id in the environment, a batch job in its label. Orphans are processes and jobs with an
id of this registry that no running keeper claims. A record is closed only after a search found no process of its
cluster, and none of the jobs whose ids are recorded.
"""

from __future__ import annotations

import contextlib
import dataclasses
import math
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from jupyter_pipeline import processes
from jupyter_pipeline.clusters import registry
from jupyter_pipeline.clusters.backends import Backend, Job, find_backend, get_backend, job_backends
from jupyter_pipeline.clusters.cleanup import cluster_ends, cluster_processes, tags
from jupyter_pipeline.clusters.registry import events, markers, names
from jupyter_pipeline.clusters.registry.start_request import StartRequest
from jupyter_pipeline.exceptions import NewerStateError, PipelineError
from jupyter_pipeline.models import ClusterRecord, ClusterState, Profile

__all__ = [
    "close_lost_cluster",
    "find_keeper_job",
    "is_keeper_job",
    "is_keeper_job_gone",
    "prune_records",
    "remove_jobs",
    "remove_orphans",
    "remove_socket",
]

_RETENTION_DAYS = 14.0
_MAX_CLOSED_RECORDS = 200
_POLL_INTERVAL = 0.5
_CANCEL_INTERVAL = 10.0  # seconds after which a job is cancelled again
_ORPHAN_TIMEOUT = 30.0
_MAX_SHOWN = 10  # jobs in a message


def find_keeper_job(record: ClusterRecord, *, max_age: float = 1.0) -> Job | None:
    """Return the job that runs the keeper of `record`.

    Parameters
    ----------
    record : ClusterRecord
        The cluster.
    max_age : float, default 1.0
        Age in seconds up to which a cached job list is used.

    Returns
    -------
    Job or None
        A job in state ``ended`` if the batch system does not list it, ``None`` if the batch system does not answer.
    """
    profile = _read_profile(record)
    if profile is None:
        return None
    jobs = get_backend(profile).find_jobs(tags.keeper_job_tag(record.id), max_age=max_age)
    if jobs is None:
        return None
    return jobs[0] if jobs else Job(id="", state="ended")


def is_keeper_job(record: ClusterRecord) -> bool:
    """Return True if the keeper of `record` is a batch job on another host."""
    if record.keeper is None or processes.is_running(record.keeper) is not None:
        return False
    profile = _read_profile(record)
    return profile is not None and profile.keeper == "job"


def is_keeper_job_gone(record: ClusterRecord) -> bool:
    """Return True if the keeper of `record` was a batch job on another host and that job has ended.

    The state of any other keeper on another host is unknown here.
    """
    if not (record.state.alive and is_keeper_job(record)):
        return False
    for max_age in (1.0, 0.0):  # a cached list may be older than the job
        job = find_keeper_job(record, max_age=max_age)
        if job is None or job.state != "ended":
            return False
    return True


def remove_jobs(
    profile: Profile, cluster_id: str, *, timeout: float = 30.0, include_keeper: bool = False
) -> tuple[list[Job], str]:
    """Cancel the batch jobs of a cluster and wait until each has ended, by its id.

    Parameters
    ----------
    profile : Profile
        Profile of the cluster.
    cluster_id : str
        Id of the cluster.
    timeout : float, default 30.0
        Seconds to wait.
    include_keeper : bool, default False
        Also cancel the job that runs the keeper.

    Returns
    -------
    list of Job
        The cancelled jobs.
    str
        The reason why jobs may remain, empty if none does.
    """
    backend = get_backend(profile)
    if not backend.has_jobs:
        return [], ""
    job_tags = [cluster_id, *([tags.keeper_job_tag(cluster_id)] if include_keeper else [])]

    def find() -> list[Job] | None:
        jobs: list[Job] = []
        for tag in job_tags:
            found = backend.find_remaining_jobs(tag)
            if found is None:
                return None
            jobs += found
        return jobs

    return _cancel_until_gone(backend, find, timeout)


def _cancel_until_gone(backend: Backend, find: Callable[[], list[Job] | None], timeout: float) -> tuple[list[Job], str]:
    """Cancel jobs until none is found.

    Parameters
    ----------
    backend : Backend
        Backend of the jobs.
    find : callable
        Returns the jobs that have not ended, ``None`` if they are unknown.
    timeout : float
        Seconds to wait.

    Returns
    -------
    list of Job
        The cancelled jobs.
    str
        The reason why jobs may remain, empty if none does.
    """
    cancelled: dict[str, Job] = {}
    times: dict[str, float] = {}
    deadline = time.monotonic() + timeout
    while True:
        now, jobs = time.monotonic(), find()
        if jobs is not None:
            jobs = [job for job in jobs if job.state != "ended"]
            if not jobs:
                return list(cancelled.values()), ""
            due = [job for job in jobs if now - times.get(job.id, -math.inf) >= _CANCEL_INTERVAL]
            if due:
                backend.cancel_jobs(due)
                cancelled |= {job.id: job for job in due}
                times |= {job.id: now for job in due}
        if now >= deadline:
            if jobs is None:
                return list(cancelled.values()), f"{backend.name} does not answer, so jobs may remain"
            return list(cancelled.values()), _describe_remaining(backend, jobs)
        time.sleep(_POLL_INTERVAL)


def _describe_remaining(backend: Backend, jobs: Sequence[Job]) -> str:
    """Return a sentence with the jobs that remain and the command that cancels them."""
    shown = ", ".join(job.id for job in jobs[:_MAX_SHOWN]) + (" …" if len(jobs) > _MAX_SHOWN else "")
    command = backend.describe_cancellation(jobs[:_MAX_SHOWN])
    return f"These {backend.name} jobs do not end: {shown}" + (f". Cancel them: {command}" if command else "")


def remove_socket(record: ClusterRecord) -> None:
    """Remove the control socket of a killed keeper of this host."""
    if record.control and registry.is_on_this_host(record):
        with contextlib.suppress(OSError):
            Path(record.control).unlink()


def close_lost_cluster(
    record: ClusterRecord, *, state: ClusterState = ClusterState.LOST, reason: str = ""
) -> tuple[ClusterRecord, list[dict[str, Any]]]:
    """Remove processes and jobs of a cluster whose keeper has exited, then close its record.

    Parameters
    ----------
    record : ClusterRecord
        The cluster.
    state : ClusterState, default ClusterState.LOST
        Final state of the record. A stop request in the cluster's folder takes precedence.
    reason : str, optional
        Reason of the state, in place of the record's. A stop request takes precedence.

    Returns
    -------
    ClusterRecord
        The closed record. It stays open, with a reason, while jobs may remain. A batch system that never received a
        job of the cluster is not asked.
    list of dict
        The removed items: ``kind``, ``id`` and ``cluster`` each.
    """
    folder = registry.cluster_dir(record.id)
    removed = _remove_processes(record.id)
    remove_socket(record)
    problem = ""
    profile = _read_profile(record) if record.jobs or markers.may_have_jobs(folder) else None
    if profile is not None:
        try:
            jobs, problem = remove_jobs(profile, record.id, include_keeper=True)
            removed += [{"kind": "job", "id": job.id, "cluster": record.id} for job in jobs]
        except PipelineError as error:
            problem = str(error)
    reason = reason or record.reason
    request = markers.read_stop_request(folder)
    if request:
        state, reason = request[0], reason if reason.startswith(request[1]) else request[1]
    if problem:
        reason = f"{reason.rstrip('.')}. {problem.rstrip('.')}. Run `jupyter pipeline cluster gc` to try again"
    record = dataclasses.replace(
        record,
        state=record.state if problem else state,
        reason=reason,
        since=time.time(),
        workers=0,
        threads=0,
        memory_used=0,
        memory_limit=0,
        jobs=() if not problem else record.jobs,
        warning="",
    )
    if problem:
        return record, removed
    try:
        with names.lock_registry():
            registry.write_record(folder, record)
    except OSError:  # the disk is full; the next search finds nothing and closes the record
        names.release(record.name, record.id)
    else:
        events.add_event(folder, record)
        cluster_ends.record_end(record, folder)
    return record, removed


def _read_profile(record: ClusterRecord) -> Profile | None:
    try:
        return StartRequest.from_dict(registry.read_request(registry.cluster_dir(record.id))).profile
    except (KeyError, TypeError, AttributeError):
        return None


def _remove_processes(cluster_id: str) -> list[dict[str, Any]]:
    found = cluster_processes.find_processes(cluster_id)
    surviving = {process.pid for process in processes.terminate(found)}
    return [{"kind": "process", "id": p.pid, "cluster": cluster_id} for p in found if p.pid not in surviving]


def remove_orphans() -> list[dict[str, Any]]:
    """Close every lost cluster, and remove processes and jobs that no active record claims.

    Returns
    -------
    list of dict
        The removed items: ``kind`` (``cluster``, ``process``, ``job``), ``id`` and ``cluster`` each. An item of kind
        ``problem`` names a cluster or a batch system, and under ``problem`` the jobs that remain.
    """
    removed: list[dict[str, Any]] = []
    for record in registry.list_records():
        reason = ""
        job = find_keeper_job(record) if record.keeper is None and record.state.alive else None
        if job is not None and job.state == "ended":
            reason = "The keeper's job ended before the keeper started"
        elif is_keeper_job_gone(record):
            reason = f"The keeper's job ended while the cluster was {record.state}"
        if reason or (record.state is ClusterState.LOST and not _is_keeper_running(record)):
            closed, items = close_lost_cluster(record, reason=reason)
            removed += items
            if _is_open(closed):
                removed.append({"kind": "problem", "id": closed.name, "problem": closed.reason})
            elif not closed.state.alive:
                removed.append({"kind": "cluster", "id": closed.name, "cluster": closed.id})
    for cluster_id in cluster_processes.group_by_cluster():
        if not _is_claimed(cluster_id):
            removed += _remove_processes(cluster_id)
    removed += _remove_orphaned_jobs()
    prune_records()
    return removed


def _is_keeper_running(record: ClusterRecord) -> bool:
    """Return True if a record that names no keeper is only damaged: a keeper process with its tag is running."""
    if record.keeper is not None:
        return False
    commands = [" ".join(process.cmdline()) for process in cluster_processes.find_processes(record.id)]
    return any(tags.KEEPER_MODULE in command or tags.STANDBY_MODULE in command for command in commands)


def _is_claimed(tag: str) -> bool:
    """Return True unless the cluster of `tag` has verifiably ended."""
    folder = registry.cluster_dir(tags.cluster_id_of(tag))
    try:
        record = registry.read_record(folder)
    except NewerStateError:
        return True
    if record is None:
        return folder.exists()
    return registry.resolve_state(record).state.alive


def _remove_orphaned_jobs() -> list[dict[str, Any]]:
    removed: list[dict[str, Any]] = []
    prefix = registry.id_prefix()
    for backend in job_backends():

        def find(backend: Backend = backend, max_age: float = 0.0) -> list[Job] | None:
            jobs = backend.find_jobs(max_age=max_age)
            return jobs and [j for j in jobs if j.tag.startswith(prefix) and not _is_claimed(j.tag)]

        if not any(job.state != "ended" for job in find(max_age=1.0) or ()):
            continue
        try:
            jobs, problem = _cancel_until_gone(find_backend(backend.name), find, _ORPHAN_TIMEOUT)
        except PipelineError as error:
            jobs, problem = [], str(error)
        removed += [{"kind": "job", "id": job.id, "cluster": job.tag} for job in jobs if not problem]
        if problem:
            removed.append({"kind": "problem", "id": backend.name, "problem": problem})
    return removed


def prune_records() -> None:
    """Remove folders of clusters that ended over two weeks ago, and the oldest if more than 200 have ended."""
    ended = [r for r in registry.list_records(include_ended=True) if not r.state.alive and not _is_open(r)]
    ended.sort(key=lambda r: r.since, reverse=True)
    oldest = time.time() - _RETENTION_DAYS * 86400
    for position, record in enumerate(ended):
        folder = registry.cluster_dir(record.id)
        cluster_ends.record_end(record, folder)  # a full disk may have prevented it
        if position >= _MAX_CLOSED_RECORDS or record.since < oldest:
            shutil.rmtree(folder, ignore_errors=True)


def _is_open(record: ClusterRecord) -> bool:
    """Return True if `record` counts as lost but is not closed on disk."""
    written = registry.read_record(registry.cluster_dir(record.id))
    return written is None or written.state.alive
