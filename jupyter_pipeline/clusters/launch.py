"""Launch the keeper of a new cluster, wait until it runs, and clean up after a failed start."""

from __future__ import annotations

import dataclasses
import json
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
from jupyter_pipeline.models import ClusterOrigin, ClusterRecord, ClusterState, ProcessIdentity, Profile

__all__ = [
    "Progress",
    "clean_up_failed_start",
    "create_record",
    "explain_state",
    "launch_keeper",
    "wait_until_running",
]

Progress = Callable[[ClusterRecord], None]

_FAST_POLL_INTERVAL = 0.005
_POLL_INTERVAL = 0.05
_FAST_POLL_PERIOD = 5.0  # seconds after the start during which the record is polled fast
_JOB_POLL_INTERVAL = 1.0
_STOP_TIMEOUT = 30.0  # seconds to wait for the shutdown after a failed start; the keeper continues it


def create_record(
    profile: Profile,
    name: str | None,
    request: StartRequest,
    owner: ProcessIdentity | None,
    cluster_id: str,
    origin: ClusterOrigin | None = None,
) -> ClusterRecord:
    """Claim a name, create the folder of the cluster, and return its record.

    Parameters
    ----------
    profile : Profile
        Profile of the cluster.
    name : str or None
        Name of the cluster. ``None`` appends the first free number to the profile's name.
    request : StartRequest
        Start request for the keeper.
    owner : ProcessIdentity or None
        Process whose exit stops the cluster.
    cluster_id : str
        Id of the standby keeper that will own the cluster, empty for a new keeper.
    origin : ClusterOrigin, optional
        User, and run or notebook of the cluster.

    Raises
    ------
    ClusterConflictError
        If a running cluster holds the name.
    """
    now = time.time()
    lifetime = profile.limits.lifetime
    record = ClusterRecord(
        id=cluster_id or registry.new_id(),
        name=paths.check_name("cluster", name) if name is not None else "",
        profile=profile.name,
        state=ClusterState.STARTING,
        reason=" ".join(profile.notes),  # shown while the cluster starts
        since=now,
        started=now,
        host=processes.hostname(),
        keeper=processes.this_process(),  # until the keeper takes over
        python=sys.executable,
        workers_wanted=request.workers if request.workers is not None else profile.workers,
        adaptive=request.adapt,
        tls=profile.security.get("tls", True) is not False,
        limits=profile.limits,
        cost=0.0 if profile.price else None,
        currency=str(profile.price.get("currency", "")),
        expires=now + lifetime if lifetime is not None else None,
        owner=owner,
        origin=origin or ClusterOrigin(user=processes.user_name()),
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
    raise ClusterError(f"All names from {profile.name}-1 on are taken. Stop clusters, or choose a name.")


def launch_keeper(record: ClusterRecord, standby_keeper: standby.StandbyKeeper | None, module: str) -> None:
    """Launch the keeper of `record`. On return, it has taken over the record or is a pending batch job.

    Parameters
    ----------
    record : ClusterRecord
        The cluster.
    standby_keeper : StandbyKeeper or None
        Standby keeper to assign the cluster to. If that fails, a new keeper is launched.
    module : str
        Module that runs or submits a new keeper, see `tags`.

    Raises
    ------
    ClusterStartError, PreflightError
        If the keeper does not start.
    """
    folder = registry.cluster_dir(record.id)
    markers.mark_unsubmitted(folder)
    environment = tags.build_environment(record.id, json.dumps(registry.read_request(folder).get("profile", {})))
    if standby_keeper is not None:
        if standby_keeper.assign(folder, environment):
            return
        processes.terminate(cluster_processes.find_processes(record.id), grace=0.1)
    descriptor = os.open(folder / "keeper.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        completed = subprocess.run(
            [sys.executable, "-P", "-m", module, str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            env=environment,
            start_new_session=True,
            check=False,
        )
    finally:
        os.close(descriptor)
    if completed.returncode != 0:
        _raise_preflight_problems(record)
        raise _build_start_error(record, f"The keeper of {record.name} did not start: {_read_last_line(folder)}")


def wait_until_running(record: ClusterRecord, progress: Progress | None) -> ClusterRecord:
    """Return the record once the scheduler answers.

    Parameters
    ----------
    record : ClusterRecord
        The cluster.
    progress : callable or None
        Called with the record after each change.

    Raises
    ------
    PreflightError, ClusterStartError
        If the cluster ends before.
    """
    seen: ClusterRecord | None = None
    while True:
        current = registry.refresh_record(record)
        if current.keeper is None and current.state.alive:
            current = _check_keeper_job(current)
        elif orphans.is_keeper_job_gone(current):
            reason = f"The keeper's job ended. {_read_last_line(registry.cluster_dir(current.id))}"
            current = orphans.close_lost_cluster(current, state=ClusterState.FAILED, reason=reason)[0]
        if progress and current != seen:
            progress(current)
            seen = current
        if current.state is ClusterState.RUNNING:
            return current
        if not current.state.alive:
            _raise_preflight_problems(current)
            raise _build_start_error(current, f"{current.name} did not start: {explain_state(current)}")
        if current.state is ClusterState.STOPPING and time.time() - current.since > _STOP_TIMEOUT:
            raise _build_start_error(current, f"{current.name} did not start: {explain_state(current)}")
        fast = time.time() - current.started < _FAST_POLL_PERIOD
        time.sleep(_FAST_POLL_INTERVAL if fast else _POLL_INTERVAL)


def _raise_preflight_problems(record: ClusterRecord) -> None:
    """Raise the problems that the preflight checks in the keeper found, if any."""
    folder = registry.cluster_dir(record.id)
    problems = events.read_problems(folder)
    if problems:
        source = str(registry.read_request(folder).get("profile", {}).get("source", ""))
        raise PreflightError(record.profile, problems, source)


def _build_start_error(record: ClusterRecord, message: str) -> ClusterStartError:
    if markers.read_stop_request(registry.cluster_dir(record.id)):
        return ClusterStartError(f"{record.name} was stopped during its start.")
    return ClusterStartError(message)


def _check_keeper_job(record: ClusterRecord) -> ClusterRecord:
    """Return `record` with the state of the keeper's job, closed as failed if that job has ended."""
    time.sleep(_JOB_POLL_INTERVAL)
    job = orphans.find_keeper_job(record)
    if job is None:
        return record
    if job.state == "ended":
        current = registry.refresh_record(record)  # the keeper may have taken over just now
        if current.keeper is not None or not current.state.alive:
            return current
        last_line = _read_last_line(registry.cluster_dir(record.id))
        reason = f"The keeper's job ended before the keeper started. {last_line}"
        return orphans.close_lost_cluster(current, state=ClusterState.FAILED, reason=reason)[0]
    reason = f"The keeper's job is {job.state}" + (f": {job.reason}" if job.reason else "")
    return dataclasses.replace(record, jobs=(job.to_dict(),), reason=reason)


def explain_state(record: ClusterRecord) -> str:
    """Return the reason of the record's state, with the last log line of a keeper that died."""
    if record.state is ClusterState.LOST:
        return f"{record.reason.rstrip('.')}. {_read_last_line(registry.cluster_dir(record.id))}"
    return record.reason or "it ended without a reason"


def _read_last_line(folder: Path) -> str:
    try:
        lines = (folder / "keeper.log").read_text(errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return lines[-1] if lines else "Its log is empty"


def clean_up_failed_start(record: ClusterRecord, error: BaseException) -> None:
    """Stop a cluster whose start failed or was interrupted. On return, all its processes and jobs have ended.

    Only while a batch system does not report the state of its jobs, the keeper continues to ask.

    Parameters
    ----------
    record : ClusterRecord
        The cluster.
    error : BaseException
        The failure. A ``KeyboardInterrupt`` and its like close the record as stopped, other errors as failed.
    """
    failed = isinstance(error, Exception)
    state = ClusterState.FAILED if failed else ClusterState.STOPPED
    reason = str(error) if failed else "Interrupted during its start"
    current = registry.refresh_record(record)
    if current.state.alive and current.keeper == processes.this_process():
        orphans.close_lost_cluster(current, state=state, reason=reason)
    elif current.state is ClusterState.STOPPING and failed:
        return
    elif current.state.alive:
        stop.stop_cluster(current, timeout=_STOP_TIMEOUT, reason=reason, state=state)
    elif current.state is ClusterState.LOST:
        orphans.close_lost_cluster(current, state=ClusterState.FAILED)
    else:
        stop.wait_for_exit(current)
