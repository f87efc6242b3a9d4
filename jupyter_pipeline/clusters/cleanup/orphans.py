"""What is left of clusters that are gone: found by tag, whatever was killed, and removed.

Processes of this host carry the cluster's id in their environment, batch jobs in their name. What carries the id of a
cluster of this registry that no living keeper claims is removed. A record is closed only once nothing of it was found.
"""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jupyter_pipeline import processes
from jupyter_pipeline.clusters import registry
from jupyter_pipeline.clusters.backends import Job, find_backend, get_backend, job_backends
from jupyter_pipeline.clusters.cleanup import cluster_processes, tags
from jupyter_pipeline.clusters.registry import events, markers, names
from jupyter_pipeline.clusters.registry.start_request import StartRequest
from jupyter_pipeline.exceptions import PipelineError
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


def find_keeper_job(record: ClusterRecord, *, max_age: float = 1.0) -> Job | None:
    """Return the job in which the keeper of `record` waits or runs, as ended if there is none any more.

    ``None`` when the batch system does not answer.
    """
    profile = _read_profile(record)
    if profile is None:
        return None
    jobs = get_backend(profile).find_jobs(tags.keeper_job_tag(record.id), max_age=max_age)
    if jobs is None:
        return None
    return jobs[0] if jobs else Job(id="", state="ended")


def is_keeper_job(record: ClusterRecord) -> bool:
    """Return whether the keeper of `record` is a batch job on another host."""
    if record.keeper is None or processes.is_running(record.keeper) is not None:
        return False
    profile = _read_profile(record)
    return profile is not None and profile.keeper == "job"


def is_keeper_job_gone(record: ClusterRecord) -> bool:
    """Return whether the keeper of `record` was a batch job on another host, and that job is there no more.

    Of any other keeper elsewhere nobody can tell from here.
    """
    if not (record.state.alive and is_keeper_job(record)):
        return False
    for max_age in (1.0, 0.0):  # a list that is a moment old may not have it yet
        job = find_keeper_job(record, max_age=max_age)
        if job is None or job.state != "ended":
            return False
    return True


def remove_jobs(
    profile: Profile, cluster_id: str, *, patience: float = 30.0, with_keeper: bool = False
) -> tuple[list[Job], str]:
    """Cancel the batch jobs of a cluster and wait until they are gone.

    Parameters
    ----------
    profile : Profile
        The cluster's.
    cluster_id : str
        Its id.
    patience : float
        Seconds to wait.
    with_keeper : bool
        Whether the job of its keeper, if it has one, ends too. The keeper itself says no.

    Returns
    -------
    list of Job
        What was cancelled.
    str
        Why it is not certain that none is left; empty when none is.
    """
    backend = get_backend(profile)
    cancelled: dict[str, Job] = {}
    if not backend.has_jobs:
        return [], ""
    deadline = time.monotonic() + patience
    while True:
        jobs = backend.find_jobs(cluster_id, max_age=0.0)
        if jobs is not None and with_keeper:
            of_keeper = backend.find_jobs(tags.keeper_job_tag(cluster_id))
            jobs = None if of_keeper is None else jobs + of_keeper
        if jobs is not None:
            jobs = [job for job in jobs if job.state != "ended"]
            if not jobs:
                return list(cancelled.values()), ""
            new = [job for job in jobs if job.id not in cancelled]
            if new:
                backend.cancel_jobs(new)
                cancelled |= {job.id: job for job in new}
        if time.monotonic() >= deadline:
            if jobs is None:
                return list(cancelled.values()), (
                    f"The batch system does not answer: {backend.name}, so whether jobs are left is unknown"
                )
            left = ", ".join(job.id for job in jobs[:5])
            return list(cancelled.values()), f"These jobs do not end: {left} ({backend.name})"
        time.sleep(0.5)


def remove_socket(record: ClusterRecord) -> None:
    """Remove the socket of a keeper of this host that was killed."""
    if record.control and record.host == processes.hostname():
        with contextlib.suppress(OSError):
            Path(record.control).unlink()


def close_lost_cluster(
    record: ClusterRecord, *, state: ClusterState = ClusterState.LOST, reason: str = ""
) -> tuple[ClusterRecord, list[dict[str, Any]]]:
    """Remove what is left of a cluster whose keeper is dead, and close its record.

    Parameters
    ----------
    record : ClusterRecord
        The cluster; its keeper is dead.
    state : ClusterState
        The final state: lost, or stopped or failed where the caller knows better.
    reason : str, optional
        Why, instead of what the record says. What was asked for before goes before both.

    Returns
    -------
    ClusterRecord
        As it is now. It stays open, with the reason, where the batch system does not tell that its jobs are gone; a
        batch system that never got a job is not asked.
    list of dict
        What was removed: ``kind``, ``id`` and ``cluster`` each.
    """
    folder = registry.cluster_dir(record.id)
    removed = _remove_processes(record.id)
    remove_socket(record)
    doubt = ""
    profile = _read_profile(record) if record.jobs or markers.may_have_jobs(folder) else None
    if profile is not None:
        try:
            jobs, doubt = remove_jobs(profile, record.id, with_keeper=True)
            removed += [{"kind": "job", "id": job.id, "cluster": record.id} for job in jobs]
        except PipelineError as error:
            doubt = str(error)
    reason = reason or record.reason
    asked = markers.read_stop_request(folder)
    if asked:
        state, reason = asked[0], reason if reason.startswith(asked[1]) else asked[1]
    if doubt:
        reason = f"{reason.rstrip('.')}. {doubt}; `jupyter pipeline cluster gc` asks again"
    record = dataclasses.replace(
        record,
        state=record.state if doubt else state,
        reason=reason,
        since=time.time(),
        workers=0,
        threads=0,
        memory_used=0,
        memory_limit=0,
        jobs=() if not doubt else record.jobs,
        warning="",
    )
    if doubt:
        return record, removed
    try:
        with names.lock_registry():
            registry.write_record(folder, record)
    except OSError:  # the disk is full: what matters is gone, and the next look says so again
        names.release(record.name, record.id)
    else:
        events.add_event(folder, record)
    return record, removed


def _read_profile(record: ClusterRecord) -> Profile | None:
    try:
        return StartRequest.from_dict(registry.read_request(registry.cluster_dir(record.id))).profile
    except (KeyError, TypeError, AttributeError):
        return None


def _remove_processes(cluster_id: str) -> list[dict[str, Any]]:
    found = cluster_processes.find_processes(cluster_id)
    outliving = {process.pid for process in processes.terminate(found)}
    return [{"kind": "process", "id": p.pid, "cluster": cluster_id} for p in found if p.pid not in outliving]


def remove_orphans(progress: Callable[[str], None] | None = None) -> list[dict[str, Any]]:
    """Close every cluster that is known here to be lost, and remove processes and jobs that no living record claims.

    Returns
    -------
    list of dict
        What was removed: ``kind`` (``cluster``, ``process``, ``job``), ``id`` and ``cluster`` each.
    """
    removed: list[dict[str, Any]] = []
    for record in registry.list_records():
        reason = ""
        waiting = find_keeper_job(record) if record.keeper is None and record.state.alive else None
        if waiting is not None and waiting.state == "ended":
            reason = "The job of its keeper ended before it began"
        elif is_keeper_job_gone(record):
            reason = f"The job of its keeper ended while the cluster was {record.state}"
        if reason or (record.state is ClusterState.LOST and not _is_keeper_running(record)):
            closed, items = close_lost_cluster(record, reason=reason)
            removed += items
            if not closed.state.alive:
                removed.append({"kind": "cluster", "id": closed.name, "cluster": closed.id})
    for cluster_id in cluster_processes.group_by_cluster():
        if not _is_is_is_claimed(cluster_id):
            removed += _remove_processes(cluster_id)
    removed += _remove_orphaned_jobs()
    prune_records()
    return removed


def _is_keeper_running(record: ClusterRecord) -> bool:
    """Return whether a record that names no keeper is damaged rather than dead: a process of its tag is a keeper."""
    if record.keeper is not None:
        return False
    return any(tags.KEEPER_MODULE in " ".join(p.cmdline()) for p in cluster_processes.find_processes(record.id))


def _is_is_is_claimed(cluster_id: str) -> bool:
    """Return whether a cluster may be at work: unknown is not gone."""
    folder = registry.cluster_dir(tags.cluster_id_of(cluster_id))
    record = registry.read_record(folder)
    if record is None:
        return folder.exists()
    return registry.resolve_state(record).state.alive


def _remove_orphaned_jobs() -> list[dict[str, Any]]:
    removed: list[dict[str, Any]] = []
    beginning = registry.id_prefix()
    for backend in job_backends():
        jobs = backend.find_jobs() or []
        stray = [j for j in jobs if j.tag.startswith(beginning) and j.state != "ended" and not _is_is_is_claimed(j.tag)]
        if stray:
            find_backend(backend.name).cancel_jobs(stray)
            removed += [{"kind": "job", "id": job.id, "cluster": job.tag} for job in stray]
    return removed


def prune_records() -> None:
    """Remove the folders of clusters that ended two weeks ago, and of more than two hundred the oldest."""
    ended = [r for r in registry.list_records(include_ended=True) if not r.state.alive and not _is_open(r)]
    ended.sort(key=lambda r: r.since, reverse=True)
    oldest = time.time() - _RETENTION_DAYS * 86400
    for position, record in enumerate(ended):
        if position >= _MAX_CLOSED_RECORDS or record.since < oldest:
            shutil.rmtree(registry.cluster_dir(record.id), ignore_errors=True)


def _is_open(record: ClusterRecord) -> bool:
    """Return whether `record` was judged lost, and is not closed on disk."""
    written = registry.read_record(registry.cluster_dir(record.id))
    return written is None or written.state.alive
