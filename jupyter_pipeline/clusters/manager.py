"""Start, change and stop clusters from any process, by name.

Nothing of Dask is imported: a keeper does the work, and is asked through its control socket.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jupyter_pipeline import paths
from jupyter_pipeline.clusters import control, identity, keeper, keeper_job, limits, orphans, registry, spare
from jupyter_pipeline.clusters.request import Request
from jupyter_pipeline.exceptions import (
    ClusterConflictError,
    ClusterError,
    ClusterStartError,
    KeeperUnreachableError,
    NotFoundError,
    PreflightError,
    UsageError,
)
from jupyter_pipeline.models import ClusterRecord, ClusterState, ProcessIdentity, Profile

__all__ = [
    "adapt",
    "extend",
    "gc",
    "logs",
    "scale",
    "start",
    "stop",
    "stop_all",
    "wait_for_workers",
]

Progress = Callable[[ClusterRecord], None]

_POLL = 0.05
_JOB_POLL = 1.0
_GRACE = 5.0
_PATIENCE = 10.0  # seconds for a keeper to answer what it can answer at once


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
    request = Request(
        profile=profile,
        workers=workers,
        adapt=adapt,
        cwd=str(Path.cwd()),
        sys_path=tuple(dict.fromkeys(str(Path(p).absolute()) for p in sys.path)),  # "" stands for the working folder
    )
    ready = spare.claim(profile)
    try:
        record = _create(profile, name, request, _owner(profile, owner), ready.cluster_id if ready else "")
    except BaseException as error:
        if ready is not None:
            spare.give_back(ready)
        if isinstance(error, OSError):
            where = f"A cluster cannot be recorded in {paths.clusters_dir()}"
            raise ClusterStartError(f"{where}: {error.strerror}.") from error
        raise
    try:
        _launch(record, ready, keeper_job.__name__ if profile.keeper == "job" else keeper.__name__)
        started = _await_running(record, progress) if wait else _current(record)
    except BaseException as error:
        _abandon(record, f"Its start was interrupted ({type(error).__name__})")
        raise
    spare.prepare_soon(profile)
    return started


def _check_size(profile: Profile, workers: int | None, adapt: tuple[int, int] | None) -> None:
    if workers is not None and adapt is not None:
        raise UsageError("Give a fixed number of workers or a range to adapt in, not both.")
    if workers is not None:
        limits.check_size(profile.limits, workers)
    if adapt is not None:
        limits.check_range(profile.limits, *adapt)


def _owner(profile: Profile, owner: ProcessIdentity | None) -> ProcessIdentity | None:
    """Return the process that owns the cluster by the profile's policy; a command line that ends at once owns none."""
    if profile.owner == "detached" or owner is None:
        return None
    return identity.server_process() or owner if profile.owner == "server" else owner


def _create(
    profile: Profile, name: str | None, request: Request, owner: ProcessIdentity | None, cluster_id: str
) -> ClusterRecord:
    now = time.time()
    lifetime = profile.limits.lifetime
    record = ClusterRecord(
        id=cluster_id or registry.new_id(),
        name=paths.check_name("cluster", name) if name is not None else "",
        profile=profile.name,
        state=ClusterState.STARTING,
        since=now,
        started=now,
        host=identity.hostname(),
        keeper=identity.this_process(),  # until the keeper itself takes over
        python=sys.executable,
        workers_wanted=request.workers if request.workers is not None else profile.workers,
        adaptive=request.adapt,
        tls=profile.security.get("tls", True) is not False,
        limits=profile.limits,
        expires=now + lifetime if lifetime is not None else None,
        owner=owner,
    )
    if name is not None:
        registry.create(record, request.to_dict())
        return record
    for number in range(1, 10_000):
        record = dataclasses.replace(record, name=f"{profile.name[:56].rstrip('.-_')}-{number}")
        try:
            registry.create(record, request.to_dict())
        except ClusterConflictError:
            continue
        return record
    raise ClusterError(f"All names from {profile.name}-1 on are taken. Stop clusters, or give a name.")


def _launch(record: ClusterRecord, ready: spare.Spare | None, module: str) -> None:
    """Start the keeper, or use the one that is `ready`; on return it has taken the record over, or waits as a job."""
    folder = registry.cluster_dir(record.id)
    if ready is not None:
        if ready.adopt(folder, keeper.environment(record.id)):
            return
        orphans.end_processes(orphans.find_processes(record.id).get(record.id, []), patience=0.1)
    descriptor = os.open(folder / "keeper.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        launched = subprocess.run(
            [sys.executable, "-P", "-m", module, str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            env=keeper.environment(record.id),
            start_new_session=True,
            check=False,
        )
    finally:
        os.close(descriptor)
    if launched.returncode != 0:
        problems = registry.read_problems(folder)
        if problems:
            raise PreflightError(record.profile, problems)
        raise ClusterStartError(f"The keeper of {record.name} did not start: {_last_lines(folder)}")


def _await_running(record: ClusterRecord, progress: Progress | None) -> ClusterRecord:
    seen: ClusterRecord | None = None
    while True:
        now = _current(record)
        if now.keeper is None and now.state.alive:
            now = _look_at_job(now)
        if progress and now != seen:
            progress(now)
            seen = now
        if now.state is ClusterState.RUNNING:
            return now
        if not now.state.alive:
            problems = registry.read_problems(registry.cluster_dir(now.id))
            if problems:
                raise PreflightError(now.profile, problems)
            raise ClusterStartError(f"{now.name} did not start: {_reason(now)}")
        time.sleep(_POLL)


def _look_at_job(record: ClusterRecord) -> ClusterRecord:
    """Return `record` with what the batch system says of the job of its keeper; failed when that job is gone."""
    time.sleep(_JOB_POLL)
    job = orphans.find_keeper_job(record)
    if job is None:
        return record
    if job.state == "ended":
        now = _current(record)  # it may have taken over just now
        if now.keeper is not None or not now.state.alive:
            return now
        reason = f"The job of its keeper ended before it began. {_last_lines(registry.cluster_dir(record.id))}"
        return orphans.close_lost(now, state=ClusterState.FAILED, reason=reason)[0]
    return dataclasses.replace(record, jobs=(job.to_dict(),), reason=f"Its keeper's job is {job.state}: {job.reason}")


def _reason(record: ClusterRecord) -> str:
    if record.state is ClusterState.LOST:
        return f"{record.reason}. {_last_lines(registry.cluster_dir(record.id))}"
    return record.reason or "it ended without a reason"


def _current(record: ClusterRecord) -> ClusterRecord:
    """Return the record as it is on disk, judged."""
    found = registry.read_record(registry.cluster_dir(record.id))
    return registry.judge(found) if found is not None else record


def _last_lines(folder: Path, count: int = 1) -> str:
    try:
        lines = (folder / "keeper.log").read_text(errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return " | ".join(lines[-count:]) or "it left no message"


def _abandon(record: ClusterRecord, reason: str) -> None:
    """End a start that went wrong, whatever it takes; on return nothing of the cluster is left."""
    now = _current(record)
    if now.state.alive and now.keeper == identity.this_process():
        orphans.close_lost(now, state=ClusterState.FAILED, reason=reason)
    elif now.state.alive:
        _end(now, timeout=30.0, reason=reason, state=ClusterState.FAILED)
    elif now.state is ClusterState.LOST:
        orphans.close_lost(now, state=ClusterState.FAILED)
    else:
        _await_exit(now)


def scale(name: str, n: int) -> ClusterRecord:
    """Give the cluster `name` a fixed number of workers; returns as soon as they are asked for.

    Raises
    ------
    NotFoundError, UsageError, KeeperUnreachableError, ClusterError
    """
    return _ask(name, "scale", n=n)


def adapt(name: str, minimum: int, maximum: int) -> ClusterRecord:
    """Let the cluster `name` adapt its number of workers to its work.

    Raises
    ------
    NotFoundError, UsageError, KeeperUnreachableError, ClusterError
    """
    return _ask(name, "adapt", minimum=minimum, maximum=maximum)


def extend(name: str, seconds: float) -> ClusterRecord:
    """Postpone the end of the lifetime of the cluster `name`, and let its idle time count from now.

    Raises
    ------
    NotFoundError, KeeperUnreachableError
    UsageError
        If the profile's ``limits.max_lifetime`` does not allow it.
    """
    return _ask(name, "extend", seconds=seconds)


def _ask(name: str, op: str, *, timeout: float = 30.0, **arguments: Any) -> ClusterRecord:
    record = registry.find_record(name)
    if not record.state.alive:
        raise ClusterError(f"{record.name} is {record.state}: {record.reason}. Stop it to remove what is left of it.")
    answer = control.call(record, registry.cluster_dir(record.id), op, timeout=timeout, **arguments)
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
            raise ClusterError(f"{record.name} is {record.state}: {_reason(record)}")
        if time.time() - record.started > record.limits.start_timeout:
            raise ClusterError(
                f"{record.name} has {record.workers} of {wanted} workers after {record.limits.start_timeout:g} s. "
                f"{record.reason or 'It goes on waiting for the others.'}"
            )
        time.sleep(_POLL)
        record = _current(record)


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
    return _end(registry.find_record(name), timeout=timeout, reason="Stopped by request", state=ClusterState.STOPPED)


def _end(record: ClusterRecord, *, timeout: float, reason: str, state: ClusterState) -> ClusterRecord:
    deadline = time.monotonic() + timeout
    if record.state.alive and record.keeper is None:  # its keeper is a job that waits still
        record, _ = orphans.close_lost(record, state=state, reason=reason)
    if record.state.alive:
        # A network file system may show a letter to another host only after a minute.
        patience = min(timeout, _PATIENCE) if record.host == identity.hostname() else timeout
        try:
            control.call(record, registry.cluster_dir(record.id), "stop", timeout=patience, reason=reason)
            record = _await_end(record, deadline)
        except KeeperUnreachableError:
            record = _current(record)
            if record.state.alive:
                record = _force(record)
    if record.state.alive and not _answers(record):
        record = _force(record)
    if record.state is ClusterState.LOST:
        record, _ = orphans.close_lost(record, state=state, reason=f"{reason}, by force: {record.reason}")
    if not record.state.alive:
        _await_exit(record)
    return record


def _await_exit(record: ClusterRecord) -> None:
    """Wait until the keeper, which closed the record as its last act, has left too."""
    me, deadline = identity.this_process(), time.monotonic() + _GRACE
    while record.keeper is not None and record.keeper != me and identity.alive(record.keeper):
        if time.monotonic() >= deadline:
            orphans.end_processes(orphans.find_processes(record.id).get(record.id, []), patience=0.5)
            return
        time.sleep(0.01)


def _await_end(record: ClusterRecord, deadline: float) -> ClusterRecord:
    while True:
        record = _current(record)
        if not record.state.alive or time.monotonic() >= deadline:
            return record
        time.sleep(_POLL)


def _answers(record: ClusterRecord) -> bool:
    try:
        control.call(record, registry.cluster_dir(record.id), "ping", timeout=_PATIENCE)
    except KeeperUnreachableError:
        return False
    return True


def _force(record: ClusterRecord) -> ClusterRecord:
    """Kill a keeper that does not answer and return the record, judged lost.

    Raises
    ------
    KeeperUnreachableError
        If it is on another host.
    """
    if record.keeper is not None and identity.alive(record.keeper) is None:
        raise KeeperUnreachableError(
            f"The keeper of {record.name} is on {record.host} and does not answer. "
            f"Stop the cluster there, or end process {record.keeper.pid} of {record.host}."
        )
    processes = orphans.find_processes(record.id).get(record.id, [])
    # The keeper alone first: one that was merely stopped ends the cluster in order.
    orphans.end_processes([p for p in processes if record.keeper and p.pid == record.keeper.pid], patience=_GRACE)
    orphans.end_processes(processes, patience=0.5)
    return _current(record)


def stop_all(*, timeout: float = 60.0) -> list[ClusterRecord]:
    """Stop every cluster that lives; those of other hosts too."""
    records = registry.list_records()
    for record in records:  # all are asked first, so that they end side by side
        if record.state.alive:
            try:
                control.call(record, registry.cluster_dir(record.id), "stop", timeout=_PATIENCE)
            except (KeeperUnreachableError, ClusterError):
                continue
    ended = []
    for record in records:
        try:
            ended.append(stop(record.id, timeout=timeout))
        except NotFoundError:  # it ended meanwhile
            ended.append(_current(record))
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
            control.call(record, folder, "logs", timeout=15.0)
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
    return orphans.collect()
