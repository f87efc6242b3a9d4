"""Start, change and stop clusters by name, from any process.

Nothing of Dask is imported: the keeper does the work and receives commands through its control socket.
"""

from __future__ import annotations

import dataclasses
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jupyter_pipeline import audit, disk_space, paths, processes
from jupyter_pipeline.clusters import launch, limits, registry, restrictions
from jupyter_pipeline.clusters.backends import Backend, get_backend
from jupyter_pipeline.clusters.caps import CapMonitor
from jupyter_pipeline.clusters.cleanup import orphans, tags
from jupyter_pipeline.clusters.keeper import control_client, standby
from jupyter_pipeline.clusters.launch import Progress
from jupyter_pipeline.clusters.logs import collect_logs, find_log_files
from jupyter_pipeline.clusters.registry import markers
from jupyter_pipeline.clusters.registry.start_request import StartRequest
from jupyter_pipeline.clusters.stop import COMMAND_TIMEOUT, stop_cluster
from jupyter_pipeline.exceptions import (
    ClusterConflictError,
    ClusterError,
    ClusterStartError,
    KeeperUnreachableError,
    NewerStateError,
    NotFoundError,
    PipelineError,
    UsageError,
)
from jupyter_pipeline.models import ClusterOrigin, ClusterRecord, ClusterState, ProcessIdentity, Profile

__all__ = [
    "adapt",
    "check_one_size",
    "extend",
    "gc",
    "log_files",
    "logs",
    "record_sync",
    "scale",
    "start",
    "stop",
    "stop_all",
    "wait_for_workers",
]

_POLL_INTERVAL = 0.05
_SYNC_TIMEOUT = 10.0
_LOGS_TIMEOUT = 15.0


def start(
    profile: Profile,
    *,
    name: str | None = None,
    workers: int | None = None,
    adapt: tuple[int, int] | None = None,
    wait: bool = True,
    progress: Progress | None = None,
    owner: ProcessIdentity | None = None,
    origin: ClusterOrigin | None = None,
    note: Callable[[str], None] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> ClusterRecord:
    """Start a cluster.

    Parameters
    ----------
    profile : Profile
        Profile of the cluster.
    name : str, optional
        Name of the cluster. By default, the profile's name with the first free number.
    workers : int, optional
        Fixed number of workers, in place of the profile's.
    adapt : tuple of int, optional
        Minimum and maximum number of workers for adaptive scaling, in place of the profile's.
    wait : bool, default True
        Return only when the scheduler answers. An interrupt stops the cluster.
    progress : callable, optional
        Called with the record after each change.
    owner : ProcessIdentity, optional
        Process whose exit stops the cluster if the profile has ``owner: kernel`` or ``owner: server``.
    origin : ClusterOrigin, optional
        Run or notebook for which the cluster is started. The user is added.
    note : callable, optional
        Function that gets each change of the profile by the policy, and each cost that no shared limit counts. The
        first record has these notes, too.
    overrides : mapping, optional
        Values by dotted key that have replaced values of the profile, for the audit log.

    Returns
    -------
    ClusterRecord
        A running cluster, or a starting one without `wait`.

    Raises
    ------
    UsageError
        If the name or the size is not allowed.
    ClusterConflictError
        If a running cluster holds the name.
    PolicyError
        If the policy of the administrator does not allow the profile or the size.
    PreflightError
        If a preflight check fails.
    ClusterStartError
        If the cluster does not start. All its processes and jobs have ended then.
    """
    with audit.record(
        "start",
        "cluster",
        name or "",
        profile=profile.name,
        workers=workers,
        adapt=adapt,
        overrides=_describe_overrides(overrides or {}),
    ) as action:
        record = _start(profile, name, workers, adapt, wait, progress, owner, origin, note)
        action.name = record.name
        return record


def _start(
    profile: Profile,
    name: str | None,
    workers: int | None,
    adapt: tuple[int, int] | None,
    wait: bool,
    progress: Progress | None,
    owner: ProcessIdentity | None,
    origin: ClusterOrigin | None,
    note: Callable[[str], None] | None,
) -> ClusterRecord:
    known = profile.notes
    profile = restrictions.restrict(profile, workers=_find_largest(workers, adapt))
    disk_space.check_space()
    _check_size(profile, workers, adapt)
    currency = str(profile.price.get("currency", ""))
    origin = dataclasses.replace(origin or ClusterOrigin(), user=processes.user_name())
    caps = CapMonitor(profile.limits, origin, currency)
    if reason := caps.check().stop:
        raise ClusterStartError(f"{reason}. Raise this limit in the profile {profile.name!r}.")
    process = _select_owner(profile, owner)
    texts = [caps.note_other_currencies(), "" if process else _describe_missing_owner(profile)]
    profile = dataclasses.replace(profile, notes=(*profile.notes, *filter(None, texts)))
    if note is not None:
        for text in profile.notes[len(known) :]:
            note(text)
    request = StartRequest(
        profile=profile,
        workers=workers,
        adapt=adapt,
        cwd=str(Path.cwd()),
        sys_path=tuple(dict.fromkeys(str(Path(p).absolute()) for p in sys.path)),  # "" means the working folder
    )
    standby_keeper = standby.claim(profile)
    try:
        cluster_id = standby_keeper.cluster_id if standby_keeper else ""
        record = launch.create_record(profile, name, request, process, cluster_id, origin)
    except BaseException as error:
        if standby_keeper is not None:
            standby.release(standby_keeper)
        if isinstance(error, OSError):
            problem = f"A cluster cannot be recorded in {paths.clusters_dir()}"
            raise ClusterStartError(f"{problem}: {error.strerror}.") from error
        raise
    try:
        module = tags.KEEPER_JOB_MODULE if profile.keeper == "job" else tags.KEEPER_MODULE
        launch.launch_keeper(record, standby_keeper, module)
        started = launch.wait_until_running(record, progress) if wait else registry.refresh_record(record)
    except BaseException as error:
        launch.clean_up_failed_start(record, error)
        raise
    standby.schedule_start(profile)
    return started


def _describe_overrides(overrides: Mapping[str, Any]) -> list[str]:
    """Return each key with its value, without values that may be secrets."""
    if not overrides:
        return []
    from jupyter_pipeline import secret_detection  # reads YAML, which the magics load on first use

    return [
        key if secret_detection.is_private_name(key) or secret_detection.has_secret(key, value) else f"{key}={value}"
        for key, value in overrides.items()
    ]


def check_one_size(workers: object, adapt: object) -> None:
    """Raise an error if both a fixed number of workers and a range for adaptive scaling are given.

    Raises
    ------
    UsageError
        If neither is ``None``.
    """
    if workers is not None and adapt is not None:
        raise UsageError("The options workers and adapt exclude each other. Give one of them.")


def _find_largest(workers: int | None, adapt: tuple[int, int] | None) -> int | None:
    """Return the largest number of workers that a start requests, ``None`` if it is the profile's or not a number."""
    largest = workers if workers is not None else adapt[-1] if adapt else None
    return largest if isinstance(largest, int) else None


def _check_size(profile: Profile, workers: int | None, adapt: tuple[int, int] | None) -> None:
    check_one_size(workers, adapt)
    if workers is not None:
        limits.check_size(profile.limits, workers)
    if adapt is not None:
        if len(adapt) != 2:
            raise UsageError(f"A range for adaptive scaling is a minimum and a maximum, not {adapt!r}.")
        limits.check_range(profile.limits, *adapt)
    largest = workers if workers is not None else adapt[1] if adapt is not None else profile.workers
    problem = get_backend(profile).check_workers(largest or 0)
    if problem:
        raise UsageError(problem)
    restrictions.check_size(profile, None, restrictions.find_workers(profile, workers=workers, adapt=adapt) or 0)


def _select_owner(profile: Profile, owner: ProcessIdentity | None) -> ProcessIdentity | None:
    """Return the process whose exit stops the cluster; ``None`` if the profile or the front door has none.

    A command of a Jupyter server, such as one of the panel, has no kernel: the server is the owner.
    """
    if profile.owner == "detached":
        return None
    server = processes.server_process()
    return server or owner if profile.owner == "server" else owner or server


def _describe_missing_owner(profile: Profile) -> str:
    """Return a note if nothing stops a cluster that its profile ties to a process; otherwise an empty text."""
    if profile.owner == "detached":
        return ""
    return f"'owner: {profile.owner}' has no effect outside Jupyter: a limit or 'cluster stop' ends the cluster."


def scale(name: str, n: int) -> ClusterRecord:
    """Request a fixed number of workers, without waiting for them.

    Parameters
    ----------
    name : str
        Name or id of the cluster.
    n : int
        Number of workers.

    Raises
    ------
    NotFoundError, UsageError, KeeperUnreachableError, ClusterError
    """
    with audit.record("scale", "cluster", name, workers=n) as action:
        return _send_command(name, "scale", action, n=n)


def adapt(name: str, minimum: int, maximum: int) -> ClusterRecord:
    """Scale adaptively to the number of tasks.

    Parameters
    ----------
    name : str
        Name or id of the cluster.
    minimum, maximum : int
        Bounds for the number of workers.

    Raises
    ------
    NotFoundError, UsageError, KeeperUnreachableError, ClusterError
    """
    with audit.record("adapt", "cluster", name, adapt=(minimum, maximum)) as action:
        return _send_command(name, "adapt", action, minimum=minimum, maximum=maximum)


def extend(name: str, seconds: float) -> ClusterRecord:
    """Extend the lifetime of a cluster, and count its idle time from now.

    Parameters
    ----------
    name : str
        Name or id of the cluster.
    seconds : float
        Length of the extension.

    Raises
    ------
    NotFoundError, KeeperUnreachableError
    UsageError
        If the profile's ``limits.max_lifetime`` does not allow it.
    """
    with audit.record("extend", "cluster", name, seconds=seconds) as action:
        return _send_command(name, "extend", action, seconds=seconds)


def record_sync(
    name: str, *, sync: Mapping[str, Any] | None = None, lock: str = "", drift: Mapping[str, Any] | None = None
) -> ClusterRecord:
    """Add the result of a sync, or of a comparison with the kernel, to the record of a cluster.

    Parameters
    ----------
    name : str
        Name or id of the cluster.
    sync : mapping, optional
        See `ClusterRecord.last_sync`. Other keys are written to the cluster's ``syncs.jsonl`` only.
    lock : str, optional
        Text of the lock whose hash is ``sync["lock"]``.
    drift : mapping, optional
        See `ClusterRecord.drift`.

    Raises
    ------
    NotFoundError, KeeperUnreachableError, ClusterError
    """
    return _send_command(name, "record_sync", sync=sync, lock=lock, drift=drift, timeout=_SYNC_TIMEOUT)


def _send_command(
    name: str, op: str, action: audit.Action | None = None, *, timeout: float = 30.0, **arguments: Any
) -> ClusterRecord:
    record = registry.find_record(name, include_ended=True)
    if action is not None:
        action.name = record.name  # the caller may have named it by its id
    if not record.state.alive:
        fix = " Stop it to remove its processes and jobs." if record.state is ClusterState.LOST else ""
        raise ClusterError(f"{record.name} is {record.state}: {record.reason.rstrip('.')}.{fix}")
    answer = control_client.send_command(record, registry.cluster_dir(record.id), op, timeout=timeout, **arguments)
    return ClusterRecord.from_dict(answer["record"])


def wait_for_workers(name: str, *, progress: Progress | None = None) -> ClusterRecord:
    """Return when the requested number of workers is connected.

    Parameters
    ----------
    name : str
        Name or id of the cluster.
    progress : callable, optional
        Called with the record after each change.

    Raises
    ------
    ClusterError
        If the cluster ends, or the profile's start timeout passes.
    """
    record = registry.find_record(name)
    seen: ClusterRecord | None = None
    while True:
        if progress and record != seen:
            progress(record)
            seen = record
        requested = record.adaptive[0] if record.adaptive else record.workers_wanted
        if record.state is ClusterState.RUNNING and record.workers >= (1 if requested is None else requested):
            return record
        if not record.state.alive:
            raise ClusterError(f"{record.name} is {record.state}: {launch.explain_state(record)}")
        if time.time() - record.started > record.limits.start_timeout:
            missing = (1 if requested is None else requested) - record.workers
            raise ClusterError(
                f"{record.name} still waits for {missing} worker{'' if missing == 1 else 's'} "
                f"after {record.limits.start_timeout:g} s (limits.start_timeout). {record.reason}".rstrip()
            )
        time.sleep(_POLL_INTERVAL)
        record = registry.refresh_record(record)


def stop(name: str, *, timeout: float = 60.0) -> ClusterRecord:
    """Stop a cluster. A keeper that does not answer is killed.

    Parameters
    ----------
    name : str
        Name or id of the cluster.
    timeout : float, default 60.0
        Seconds to wait for the end.

    Returns
    -------
    ClusterRecord
        A stopped cluster without processes and jobs. After `timeout`, a stopping one with the reason.

    Raises
    ------
    NotFoundError
        If there is no such cluster.
    KeeperUnreachableError
        If its keeper runs on another host and does not answer.
    """
    with audit.record("stop", "cluster", name) as action:
        record = registry.find_record(name)
        action.name = record.name
        return stop_cluster(record, timeout=timeout, reason="Stopped by request", state=ClusterState.STOPPED)


def stop_all(*, timeout: float = 60.0) -> list[ClusterRecord]:
    """Stop all active clusters, on other hosts too.

    Parameters
    ----------
    timeout : float, default 60.0
        Seconds to wait for the end of each cluster.

    Returns
    -------
    list of ClusterRecord
        The clusters. One that has not stopped is still active, and has the reason.
    """
    records = registry.list_records()
    for record in records:  # send all commands first, so that the clusters stop in parallel
        if record.state.alive:
            try:
                control_client.send_command(record, registry.cluster_dir(record.id), "stop", timeout=COMMAND_TIMEOUT)
            except (KeeperUnreachableError, ClusterError):
                continue
    ended = []
    for record in records:
        try:
            ended.append(stop(record.id, timeout=timeout))
        except NewerStateError:
            ended.append(record)  # its reason says so
        except KeeperUnreachableError as error:
            ended.append(dataclasses.replace(registry.refresh_record(record), reason=str(error)))
        except NotFoundError:  # it has ended meanwhile
            ended.append(registry.refresh_record(record))
    return ended


def dismiss(name: str) -> ClusterRecord:
    """Record that the user has read the failure of an ended cluster, and return its record.

    Parameters
    ----------
    name : str
        Name or id of the cluster. Of several ended clusters with that name, the newest is used.

    Raises
    ------
    ClusterConflictError
        If the cluster is active.
    """
    record = registry.find_record(name, include_ended=True)
    if record.state.alive:
        raise ClusterConflictError(f"The cluster {record.name!r} is {record.state}. Only ended clusters are dismissed.")
    markers.dismiss(registry.cluster_dir(record.id))
    return record


def logs(name: str, *, tail: int | None = None) -> str:
    """Return the logs of keeper, scheduler, workers and jobs, also of an ended cluster, the newest last.

    Parameters
    ----------
    name : str
        Name or id of the cluster. Of several ended clusters with that name, the newest is used.
    tail : int, optional
        Number of last lines of each log. By default, all lines of its last MiB.
    """
    record = registry.find_record(name, include_ended=True)
    problem = _save_logs(record)
    is_live = record.state is ClusterState.RUNNING and not problem
    return collect_logs(record, _find_backend(record), tail=tail, problem=problem, is_live=is_live)


def log_files(record: ClusterRecord) -> dict[Path, str]:
    """Return the files of the logs of a cluster, each with the process that writes it.

    Parameters
    ----------
    record : ClusterRecord
        The cluster. A running keeper saves the current logs of scheduler and workers.
    """
    _save_logs(record)
    return find_log_files(record, _find_backend(record))


def _save_logs(record: ClusterRecord) -> str:
    """Let the keeper of a running cluster save the current logs; return the reason if it does not."""
    if record.state is ClusterState.RUNNING:
        try:
            control_client.send_command(record, registry.cluster_dir(record.id), "logs", timeout=_LOGS_TIMEOUT)
        except (ClusterError, KeeperUnreachableError) as error:  # earlier logs are still shown
            return str(error)
    return ""


def _find_backend(record: ClusterRecord) -> Backend | None:
    """Return the backend of a cluster, ``None`` if its profile cannot be read."""
    try:
        return get_backend(StartRequest.from_dict(registry.read_request(registry.cluster_dir(record.id))).profile)
    except (PipelineError, KeyError, TypeError, AttributeError):
        return None


def gc() -> list[dict[str, Any]]:
    """Remove processes and batch jobs that no active cluster claims, and close the records of lost clusters.

    Returns
    -------
    list of dict
        The removed items: ``kind`` (``cluster``, ``process`` or ``job``), ``id`` and ``cluster`` each.
    """
    with audit.record("remove", "leftovers", "") as action:
        removed = orphans.remove_orphans()
        action.details["removed"] = len(removed)
        return removed
