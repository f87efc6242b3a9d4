"""From a request to a running cluster: its folder, its keeper, the wait; and back to nothing when that goes wrong."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from jupyter_pipeline import paths, processes
from jupyter_pipeline.clusters import registry, stop
from jupyter_pipeline.clusters.cleanup import cluster_processes, orphans, tags
from jupyter_pipeline.clusters.keeper import standby
from jupyter_pipeline.clusters.registry import events, markers
from jupyter_pipeline.clusters.registry.start_request import StartRequest
from jupyter_pipeline.exceptions import ClusterConflictError, ClusterError, ClusterStartError, PreflightError
from jupyter_pipeline.models import ClusterRecord, ClusterState, ProcessIdentity, Profile

__all__ = ["Progress", "clean_up_failed_start", "create_record", "explain_state", "launch_keeper", "wait_until_running"]

Progress = Callable[[ClusterRecord], None]

_POLL = (0.005, 0.05)  # seconds between two looks at the record, at first and after a while
_SOON = 5.0
_JOB_POLL = 1.0
_ENDING = 30.0  # seconds after which nobody waits for a failed start to end; its keeper goes on


def create_record(
    profile: Profile, name: str | None, request: StartRequest, owner: ProcessIdentity | None, cluster_id: str
) -> ClusterRecord:
    """Claim a name and write the cluster's folder; return its record.

    Parameters
    ----------
    profile : Profile
        What is to be started.
    name : str or None
        ``None`` takes the profile's name and the first number that is free.
    request : Request
        For the keeper.
    owner : ProcessIdentity or None
        Whose end ends the cluster.
    cluster_id : str
        Id made beforehand for a keeper that waits; empty for a new one.

    Raises
    ------
    ClusterConflictError
        If a living cluster has the name.
    """
    now = time.time()
    lifetime = profile.limits.lifetime
    record = ClusterRecord(
        id=cluster_id or registry.new_id(),
        name=paths.check_name("cluster", name) if name is not None else "",
        profile=profile.name,
        state=ClusterState.STARTING,
        since=now,
        started=now,
        host=processes.hostname(),
        keeper=processes.this_process(),  # until the keeper itself takes over
        python=sys.executable,
        workers_wanted=request.workers if request.workers is not None else profile.workers,
        adaptive=request.adapt,
        tls=profile.security.get("tls", True) is not False,
        limits=profile.limits,
        cost=0.0 if profile.price else None,
        currency=str(profile.price.get("currency", "")),
        expires=now + lifetime if lifetime is not None else None,
        owner=owner,
    )
    if name is not None:
        registry.create_record(record, request.to_dict())
        return record
    for number in range(1, 10_000):
        record = dataclasses.replace(record, name=f"{profile.name[:56].rstrip('.-_')}-{number}")
        try:
            registry.create_record(record, request.to_dict())
        except ClusterConflictError:
            continue
        return record
    raise ClusterError(f"All names from {profile.name}-1 on are taken. Stop clusters, or give a name.")


def launch_keeper(record: ClusterRecord, ready: standby.StandbyKeeper | None, module: str) -> None:
    """Start the keeper, or use the one that is `ready`; on return it has taken the record over, or waits as a job."""
    folder = registry.cluster_dir(record.id)
    markers.mark_unsubmitted(folder)
    if ready is not None:
        if ready.adopt(folder, tags.build_environment(record.id)):
            return
        processes.terminate(cluster_processes.find_processes(record.id), grace=0.1)
    descriptor = os.open(folder / "keeper.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        launched = subprocess.run(
            [sys.executable, "-P", "-m", module, str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            env=tags.build_environment(record.id),
            start_new_session=True,
            check=False,
        )
    finally:
        os.close(descriptor)
    if launched.returncode != 0:
        _raise_preflight_problems(record)
        raise _start_error(record, f"The keeper of {record.name} did not start: {_last_lines(folder)}")


def wait_until_running(record: ClusterRecord, progress: Progress | None) -> ClusterRecord:
    """Return the record once the scheduler answers.

    Raises
    ------
    PreflightError, ClusterStartError
        If it ends before.
    """
    seen: ClusterRecord | None = None
    while True:
        now = registry.refresh_record(record)
        if now.keeper is None and now.state.alive:
            now = _check_keeper_job(now)
        elif orphans.is_keeper_job_gone(now):
            reason = f"The job of its keeper ended. {_last_lines(registry.cluster_dir(now.id))}"
            now = orphans.close_lost_cluster(now, state=ClusterState.FAILED, reason=reason)[0]
        if progress and now != seen:
            progress(now)
            seen = now
        if now.state is ClusterState.RUNNING:
            return now
        if not now.state.alive:
            _raise_preflight_problems(now)
            raise _start_error(now, f"{now.name} did not start: {explain_state(now)}")
        if now.state is ClusterState.STOPPING and time.time() - now.since > _ENDING:
            raise _start_error(now, f"{now.name} did not start: {explain_state(now)}")
        time.sleep(_POLL[0] if time.time() - now.started < _SOON else _POLL[1])


def _raise_preflight_problems(record: ClusterRecord) -> None:
    """Raise what the preflight in the keeper found, if it found anything."""
    folder = registry.cluster_dir(record.id)
    problems = events.read_problems(folder)
    if problems:
        source = str(registry.read_request(folder).get("profile", {}).get("source", ""))
        raise PreflightError(record.profile, problems, source)


def _start_error(record: ClusterRecord, message: str) -> ClusterStartError:
    if markers.read_stop_request(registry.cluster_dir(record.id)):
        return ClusterStartError(f"{record.name} was stopped while it started.")
    return ClusterStartError(message)


def _check_keeper_job(record: ClusterRecord) -> ClusterRecord:
    """Return `record` with what the batch system says of the job of its keeper; failed when that job is gone."""
    time.sleep(_JOB_POLL)
    job = orphans.find_keeper_job(record)
    if job is None:
        return record
    if job.state == "ended":
        now = registry.refresh_record(record)  # it may have taken over just now
        if now.keeper is not None or not now.state.alive:
            return now
        reason = f"The job of its keeper ended before it began. {_last_lines(registry.cluster_dir(record.id))}"
        return orphans.close_lost_cluster(now, state=ClusterState.FAILED, reason=reason)[0]
    reason = f"Its keeper's job is {job.state}" + (f": {job.reason}" if job.reason else "")
    return dataclasses.replace(record, jobs=(job.to_dict(),), reason=reason)


def explain_state(record: ClusterRecord) -> str:
    """Return why `record` is in its state, with the last words of a keeper that died."""
    if record.state is ClusterState.LOST:
        return f"{record.reason.rstrip('.')}. {_last_lines(registry.cluster_dir(record.id))}"
    return record.reason or "it ended without a reason"


def _last_lines(folder: Path, count: int = 1) -> str:
    try:
        lines = (folder / "keeper.log").read_text(errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return " | ".join(lines[-count:]) or "It left no message"


def clean_up_failed_start(record: ClusterRecord, error: BaseException) -> None:
    """End a start that went wrong, whatever it takes; on return nothing of the cluster is left.

    Only where a batch system does not tell whether its jobs are gone, its keeper goes on asking.
    """
    failed = isinstance(error, Exception)
    state = ClusterState.FAILED if failed else ClusterState.STOPPED
    reason = str(error) if failed else "Interrupted while starting"
    now = registry.refresh_record(record)
    if now.state.alive and now.keeper == processes.this_process():
        orphans.close_lost_cluster(now, state=state, reason=reason)
    elif now.state is ClusterState.STOPPING and failed:
        return
    elif now.state.alive:
        stop.stop_cluster(now, timeout=30.0, reason=reason, state=state)
    elif now.state is ClusterState.LOST:
        orphans.close_lost_cluster(now, state=ClusterState.FAILED)
    else:
        stop.wait_for_exit(now)
