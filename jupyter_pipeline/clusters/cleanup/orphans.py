"""What is left of clusters that are gone: found by tag, whatever was killed, and removed.

Processes of this host carry the cluster's id in their environment, batch jobs in their name. What carries the id of a
cluster of this registry that no living keeper claims is removed. A record is closed only once nothing of it was found.
"""

from __future__ import annotations

import dataclasses
import shutil
import time
from collections.abc import Callable
from typing import Any

from jupyter_pipeline import identity
from jupyter_pipeline.clusters.backends import Job, find_backend, get_backend, job_backends
from jupyter_pipeline.clusters.cleanup import processes, tags
from jupyter_pipeline.clusters.keeper import control_client
from jupyter_pipeline.clusters.registry import events, markers, names
from jupyter_pipeline.clusters.registry import records as registry
from jupyter_pipeline.exceptions import PipelineError
from jupyter_pipeline.models import ClusterRecord, ClusterState, Profile

__all__ = [
    "close_lost",
    "collect",
    "find_keeper_job",
    "keeper_gone",
    "keeper_is_job",
    "prune",
    "remove_jobs",
]

_KEPT_DAYS = 14.0
_KEPT_ENDED = 200


def find_keeper_job(record: ClusterRecord, *, max_age: float = 1.0) -> Job | None:
    """Return the job in which the keeper of `record` waits or runs, as ended if there is none any more.

    ``None`` when the batch system does not answer.
    """
    profile = _profile_of(record)
    if profile is None:
        return None
    jobs = get_backend(profile).find_jobs(tags.keeper_tag(record.id), max_age=max_age)
    if jobs is None:
        return None
    return jobs[0] if jobs else Job(id="", state="ended")


def keeper_is_job(record: ClusterRecord) -> bool:
    """Return whether the keeper of `record` is a batch job on another host."""
    if record.keeper is None or identity.alive(record.keeper) is not None:
        return False
    profile = _profile_of(record)
    return profile is not None and profile.keeper == "job"


def keeper_gone(record: ClusterRecord) -> bool:
    """Return whether the keeper of `record` was a batch job on another host, and that job is there no more.

    Of any other keeper elsewhere nobody can tell from here.
    """
    if not (record.state.alive and keeper_is_job(record)):
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
            of_keeper = backend.find_jobs(tags.keeper_tag(cluster_id))
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


def close_lost(
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
    control_client.remove_socket(record)
    doubt = ""
    profile = _profile_of(record) if record.jobs or markers.may_have_jobs(folder) else None
    if profile is not None:
        try:
            jobs, doubt = remove_jobs(profile, record.id, with_keeper=True)
            removed += [{"kind": "job", "id": job.id, "cluster": record.id} for job in jobs]
        except PipelineError as error:
            doubt = str(error)
    reason = reason or record.reason
    asked = markers.asked_to_end(folder)
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
        with names.locked():
            registry.write_record(folder, record)
    except OSError:  # the disk is full: what matters is gone, and the next look says so again
        names.release(record.name, record.id)
    else:
        events.add_event(folder, record)
    return record, removed


def _profile_of(record: ClusterRecord) -> Profile | None:
    from jupyter_pipeline.clusters.keeper.start_request import Request

    try:
        return Request.from_dict(registry.read_request(registry.cluster_dir(record.id))).profile
    except (KeyError, TypeError, AttributeError):
        return None


def _remove_processes(cluster_id: str) -> list[dict[str, Any]]:
    found = processes.of_cluster(cluster_id)
    outliving = {process.pid for process in processes.end(found)}
    return [{"kind": "process", "id": p.pid, "cluster": cluster_id} for p in found if p.pid not in outliving]


def collect(progress: Callable[[str], None] | None = None) -> list[dict[str, Any]]:
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
        elif keeper_gone(record):
            reason = f"The job of its keeper ended while the cluster was {record.state}"
        if reason or (record.state is ClusterState.LOST and not _keeper_at_work(record)):
            closed, items = close_lost(record, reason=reason)
            removed += items
            if not closed.state.alive:
                removed.append({"kind": "cluster", "id": closed.name, "cluster": closed.id})
    for cluster_id in processes.by_cluster():
        if not _claimed(cluster_id):
            removed += _remove_processes(cluster_id)
    removed += _collect_jobs()
    prune()
    return removed


def _keeper_at_work(record: ClusterRecord) -> bool:
    """Return whether a record that names no keeper is damaged rather than dead: a process of its tag is a keeper."""
    if record.keeper is not None:
        return False
    return any(tags.KEEPER in " ".join(p.cmdline()) for p in processes.of_cluster(record.id))


def _claimed(cluster_id: str) -> bool:
    """Return whether a cluster may be at work: unknown is not gone."""
    folder = registry.cluster_dir(tags.owner_of_tag(cluster_id))
    record = registry.read_record(folder)
    if record is None:
        return folder.exists()
    return registry.judge(record).state.alive


def _collect_jobs() -> list[dict[str, Any]]:
    removed: list[dict[str, Any]] = []
    beginning = registry.prefix()
    for backend in job_backends():
        jobs = backend.find_jobs() or []
        stray = [j for j in jobs if j.tag.startswith(beginning) and j.state != "ended" and not _claimed(j.tag)]
        if stray:
            find_backend(backend.name).cancel_jobs(stray)
            removed += [{"kind": "job", "id": job.id, "cluster": job.tag} for job in stray]
    return removed


def prune() -> None:
    """Remove the folders of clusters that ended two weeks ago, and of more than two hundred the oldest."""
    ended = [r for r in registry.list_records(include_ended=True) if not r.state.alive and not _is_open(r)]
    ended.sort(key=lambda r: r.since, reverse=True)
    oldest = time.time() - _KEPT_DAYS * 86400
    for position, record in enumerate(ended):
        if position >= _KEPT_ENDED or record.since < oldest:
            shutil.rmtree(registry.cluster_dir(record.id), ignore_errors=True)


def _is_open(record: ClusterRecord) -> bool:
    """Return whether `record` was judged lost, and is not closed on disk."""
    written = registry.read_record(registry.cluster_dir(record.id))
    return written is None or written.state.alive
