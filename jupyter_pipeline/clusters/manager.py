"""Start, change and stop clusters from any process, by name.

Nothing of Dask is imported: a keeper does the work, and is asked through its control socket.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_pipeline import paths, processes
from jupyter_pipeline.clusters import launch, limits, registry
from jupyter_pipeline.clusters.cleanup import orphans, tags
from jupyter_pipeline.clusters.keeper import control_client, standby
from jupyter_pipeline.clusters.launch import Progress
from jupyter_pipeline.clusters.registry.start_request import StartRequest
from jupyter_pipeline.clusters.stop import COMMAND_TIMEOUT, stop_cluster
from jupyter_pipeline.exceptions import (
    ClusterError,
    ClusterStartError,
    KeeperUnreachableError,
    NotFoundError,
    UsageError,
)
from jupyter_pipeline.models import ClusterRecord, ClusterState, ProcessIdentity, Profile

__all__ = [
    "adapt",
    "extend",
    "gc",
    "logs",
    "record_sync",
    "scale",
    "start",
    "stop",
    "stop_all",
    "wait_for_workers",
]

_POLL = 0.05


def start(
    profile: Profile,
    *,
    name: str | None = None,
    workers: int | None = None,
    adapt: tuple[int, int] | None = None,
    wait: bool = True,
    progress: Progress | None = None,
    owner: ProcessIdentity | None = None,
) -> ClusterRecord:
    """Start a cluster.

    Parameters
    ----------
    profile : Profile
        What to start.
    name : str, optional
        Its name; by default the profile's name and the first number that is free.
    workers : int, optional
        Fixed number of workers, instead of the profile's.
    adapt : tuple of int, optional
        Minimum and maximum between which it adapts, instead of the profile's.
    wait : bool, default True
        Whether to return only when the scheduler answers. An interrupt while waiting stops the cluster.
    progress : callable, optional
        Called with the record when it changes.
    owner : ProcessIdentity, optional
        The process whose end ends the cluster, where the profile says ``owner: kernel`` or ``server``.

    Returns
    -------
    ClusterRecord
        Running; or starting, without `wait`.

    Raises
    ------
    UsageError
        If the name or the size is not allowed.
    ClusterConflictError
        If a living cluster has the name.
    PreflightError
        If the profile cannot start here.
    ClusterStartError
        If the cluster does not come up; nothing of it is left running.
    """
    _check_size(profile, workers, adapt)
    request = StartRequest(
        profile=profile,
        workers=workers,
        adapt=adapt,
        cwd=str(Path.cwd()),
        sys_path=tuple(dict.fromkeys(str(Path(p).absolute()) for p in sys.path)),  # "" stands for the working folder
    )
    ready = standby.claim(profile)
    try:
        record = launch.create_record(profile, name, request, _owner(profile, owner), ready.cluster_id if ready else "")
    except BaseException as error:
        if ready is not None:
            standby.release(ready)
        if isinstance(error, OSError):
            where = f"A cluster cannot be recorded in {paths.clusters_dir()}"
            raise ClusterStartError(f"{where}: {error.strerror}.") from error
        raise
    try:
        launch.launch_keeper(record, ready, tags.KEEPER_JOB_MODULE if profile.keeper == "job" else tags.KEEPER_MODULE)
        started = launch.wait_until_running(record, progress) if wait else registry.refresh_record(record)
    except BaseException as error:
        launch.clean_up_failed_start(record, error)
        raise
    standby.schedule_start(profile)
    return started


def _check_size(profile: Profile, workers: int | None, adapt: tuple[int, int] | None) -> None:
    if workers is not None and adapt is not None:
        raise UsageError("Give a fixed number of workers or a range to adapt in, not both.")
    if workers is not None:
        limits.check_size(profile.limits, workers)
    if adapt is not None:
        if len(adapt) != 2:
            raise UsageError(f"A range to adapt in is a minimum and a maximum, not {adapt!r}.")
        limits.check_range(profile.limits, *adapt)


def _owner(profile: Profile, owner: ProcessIdentity | None) -> ProcessIdentity | None:
    """Return the process that owns the cluster by the profile's policy; a command line that ends at once owns none."""
    if profile.owner == "detached" or owner is None:
        return None
    return processes.server_process() or owner if profile.owner == "server" else owner


def scale(name: str, n: int) -> ClusterRecord:
    """Give the cluster `name` a fixed number of workers; returns as soon as they are asked for.

    Raises
    ------
    NotFoundError, UsageError, KeeperUnreachableError, ClusterError
    """
    return _send(name, "scale", n=n)


def adapt(name: str, minimum: int, maximum: int) -> ClusterRecord:
    """Let the cluster `name` adapt its number of workers to its work.

    Raises
    ------
    NotFoundError, UsageError, KeeperUnreachableError, ClusterError
    """
    return _send(name, "adapt", minimum=minimum, maximum=maximum)


def extend(name: str, seconds: float) -> ClusterRecord:
    """Postpone the end of the lifetime of the cluster `name`, and let its idle time count from now.

    Raises
    ------
    NotFoundError, KeeperUnreachableError
    UsageError
        If the profile's ``limits.max_lifetime`` does not allow it.
    """
    return _send(name, "extend", seconds=seconds)


def record_sync(
    name: str, *, sync: Mapping[str, Any] | None = None, lock: str = "", drift: Mapping[str, Any] | None = None
) -> ClusterRecord:
    """Note in the record of the cluster `name` what a sync did, and how far it differs from the kernel.

    Parameters
    ----------
    name : str
        Name or id.
    sync : mapping, optional
        See `ClusterRecord.last_sync`; more keys go to the cluster's ``syncs.jsonl``.
    lock : str, optional
        The text whose hash is ``sync["lock"]``.
    drift : mapping, optional
        See `ClusterRecord.drift`.

    Raises
    ------
    NotFoundError, KeeperUnreachableError, ClusterError
    """
    return _send(name, "record_sync", sync=sync, lock=lock, drift=drift, timeout=10.0)


def _send(name: str, op: str, *, timeout: float = 30.0, **arguments: Any) -> ClusterRecord:
    record = registry.find_record(name, include_ended=True)
    if not record.state.alive:
        way_out = " Stop it to remove what is left of it." if record.state is ClusterState.LOST else ""
        raise ClusterError(f"{record.name} is {record.state}: {record.reason.rstrip('.')}.{way_out}")
    answer = control_client.send_command(record, registry.cluster_dir(record.id), op, timeout=timeout, **arguments)
    return ClusterRecord.from_dict(answer["record"])


def wait_for_workers(name: str, *, progress: Progress | None = None) -> ClusterRecord:
    """Return when the cluster `name` has the workers that were asked for.

    Raises
    ------
    ClusterError
        If they are not there when the profile's start timeout is over, or the cluster ends.
    """
    record = registry.find_record(name)
    seen: ClusterRecord | None = None
    while True:
        if progress and record != seen:
            progress(record)
            seen = record
        wanted = record.adaptive[0] if record.adaptive else record.workers_wanted
        if record.state is ClusterState.RUNNING and record.workers >= (1 if wanted is None else wanted):
            return record
        if not record.state.alive:
            raise ClusterError(f"{record.name} is {record.state}: {launch.explain_state(record)}")
        if time.time() - record.started > record.limits.start_timeout:
            missing = (1 if wanted is None else wanted) - record.workers
            raise ClusterError(
                f"{record.name} still waits for {missing} worker{'' if missing == 1 else 's'} "
                f"after {record.limits.start_timeout:g} s (limits.start_timeout). {record.reason}".rstrip()
            )
        time.sleep(_POLL)
        record = registry.refresh_record(record)


def stop(name: str, *, timeout: float = 60.0) -> ClusterRecord:
    """Stop the cluster `name`, by force if its keeper does not answer.

    Parameters
    ----------
    name : str
        Name or id.
    timeout : float
        Seconds to wait for the end.

    Returns
    -------
    ClusterRecord
        Stopped, nothing of it left; or stopping, with the reason, when `timeout` is over and its keeper is still at it.

    Raises
    ------
    NotFoundError
        If there is no such cluster.
    KeeperUnreachableError
        If its keeper is on another host and does not answer.
    """
    return stop_cluster(
        registry.find_record(name), timeout=timeout, reason="Stopped by request", state=ClusterState.STOPPED
    )


def stop_all(*, timeout: float = 60.0) -> list[ClusterRecord]:
    """Stop every cluster that lives; those of other hosts too."""
    records = registry.list_records()
    for record in records:  # all are asked first, so that they end side by side
        if record.state.alive:
            try:
                control_client.send_command(record, registry.cluster_dir(record.id), "stop", timeout=COMMAND_TIMEOUT)
            except (KeeperUnreachableError, ClusterError):
                continue
    ended = []
    for record in records:
        try:
            ended.append(stop(record.id, timeout=timeout))
        except NotFoundError:  # it ended meanwhile
            ended.append(registry.refresh_record(record))
    return ended


def logs(name: str, *, tail: int | None = None) -> str:
    """Return the logs of the cluster `name`, also of one that ended.

    Parameters
    ----------
    name : str
        Name or id; of several that ended the newest.
    tail : int, optional
        Only so many last lines of each log.
    """
    record = registry.find_record(name, include_ended=True)
    folder = registry.cluster_dir(record.id)
    if record.state is ClusterState.RUNNING:
        with contextlib.suppress(ClusterError):  # what was written before is shown
            control_client.send_command(record, folder, "logs", timeout=15.0)
    parts = []
    for path in [folder / "keeper.log", *sorted((folder / "logs").glob("*"))]:
        if path.is_file():
            lines = path.read_text(errors="replace").splitlines()
            parts.append(f"== {path.stem} ==\n" + "\n".join(lines[-tail:] if tail else lines))
    return "\n\n".join(parts)


def gc() -> list[dict[str, Any]]:
    """Remove processes and batch jobs that no living cluster claims, and close the records of lost clusters.

    Returns
    -------
    list of dict
        What was removed: ``kind`` (``cluster``, ``process`` or ``job``), ``id`` and ``cluster`` each.
    """
    return orphans.remove_orphans()
