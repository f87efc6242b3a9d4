"""Read and write the records of clusters: one folder per cluster, below ``paths.clusters_dir()``.

::

    clusters/
      .names/NAME -> ID       symbolic link from a claimed name to its cluster, see `names`
      ID/record.json          the record; a running keeper is its only writer, by write-and-rename
      ID/keeper.lock          locked by the keeper while it runs
      ID/keeper.json          process and control socket of the keeper, used if the record is damaged
      ID/request.json         the start request: profile, workers, module search path
      ID/events.jsonl         one line per change of state; append only
      ID/jobs.jsonl           one line per submitted job with its id; ``keeper-jobs.jsonl`` for the keeper's job
      ID/runs.jsonl           one line per run that uses the cluster; append only
      ID/syncs.jsonl          one line per sync; append only
      ID/locks/HASH.txt       packages of the kernel at a sync, as a requirements file
      ID/keeper.log           output of the keeper and its child processes
      ID/logs/                logs of scheduler and workers
      ID/tls/                 certificates and keys
      ID/mailbox/             commands from other hosts, which cannot reach the control socket

The registry works in a home folder shared by several hosts. From one host, the state of a keeper on another host is
unknown. If such a keeper has written nothing for minutes, the record's reason says so. Reading changes nothing on
disk: `orphans` closes the records of lost clusters.

Only the standard library is used, so that the Jupyter server may import this module.
"""

from __future__ import annotations

import dataclasses
import hashlib
import math
import os
import secrets
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_pipeline import paths, processes
from jupyter_pipeline.clusters.registry import events, names
from jupyter_pipeline.exceptions import ClusterConflictError, NewerStateError, NotFoundError
from jupyter_pipeline.models import ClusterRecord, ClusterState, ProcessIdentity

__all__ = [
    "cluster_dir",
    "create_record",
    "find_record",
    "id_prefix",
    "is_on_this_host",
    "list_records",
    "lock_path",
    "new_id",
    "read_record",
    "read_request",
    "refresh_record",
    "resolve_state",
    "write_keeper_file",
    "write_record",
]

_SILENCE_TIMEOUT = 180.0  # seconds without a write before a keeper is reported as silent; it writes every 30
_CLAIM_TIMEOUT = 30.0  # seconds that a claimed name without a folder counts as a start in progress


def id_prefix() -> str:
    """Return the common prefix of the ids of this registry; jobs and processes tagged otherwise belong to others."""
    return f"jp-{hashlib.sha256(os.fsencode(paths.clusters_dir())).hexdigest()[:6]}-"


def new_id() -> str:
    """Return a new cluster id of letters, digits and hyphens, which also tags jobs and processes."""
    return id_prefix() + secrets.token_hex(5)


def cluster_dir(cluster_id: str) -> Path:
    """Return the path of a cluster's folder, which need not exist."""
    return paths.clusters_dir() / cluster_id


def lock_path(cluster_id: str) -> Path:
    """Return the path of the file that the keeper of a cluster locks while it runs."""
    return cluster_dir(cluster_id) / "keeper.lock"


def is_on_this_host(record: ClusterRecord) -> bool:
    """Return True if the keeper of `record` is on this host, whose name may have changed since."""
    if record.keeper is None:
        return record.host == processes.hostname()
    return processes.on_this_host(record.keeper)


def create_record(record: ClusterRecord, request: Mapping[str, Any]) -> Path:
    """Claim the name of `record` and write its folder; return the folder.

    If several processes do this at once with one name, exactly one returns.

    Raises
    ------
    ClusterConflictError
        If a running cluster holds the name.
    """
    folder = cluster_dir(record.id)
    staging = paths.private_dir(folder.with_name(f".{record.id}"))
    try:
        paths.write_object(staging / "request.json", request, indent=1)
        _write_json(staging, record)
        with names.lock_registry():
            _claim(record.name, record.id)
            try:
                staging.rename(folder)
            except OSError:
                names.release(record.name, record.id)
                raise
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    events.add_event(folder, record)
    return folder


def _claim(name: str, cluster_id: str) -> None:
    for _ in range(3):
        holder = names.claim(name, cluster_id)
        if holder == cluster_id:
            return
        if holder is not None:
            _refuse_running(name, holder)
            names.release(name, holder)
    raise _conflict(name, "is being started by another process")


def _refuse_running(name: str, holder: str) -> None:
    record = read_record(cluster_dir(holder))
    if record is None:
        if cluster_dir(holder).exists() or names.get_claim_age(name) < _CLAIM_TIMEOUT:
            raise _conflict(name, "is being started by another process")
        return
    if resolve_state(record).state.alive:
        where = f" on {record.host}" if not is_on_this_host(record) else ""
        raise _conflict(name, f"is {record.state}{where} already (profile {record.profile}, workers: {record.workers})")


def _conflict(name: str, problem: str) -> ClusterConflictError:
    return ClusterConflictError(
        f"The cluster {name!r} {problem}. Attach to it, stop it first, or start this one under another name."
    )


def write_keeper_file(folder: Path, record: ClusterRecord) -> None:
    """Write the keeper of `record` into ``keeper.json``, from which a damaged record is reconstructed."""
    content = {"keeper": record.keeper.to_dict() if record.keeper else None, "control": record.control}
    paths.write_object(folder / "keeper.json", content)


def write_record(folder: Path, record: ClusterRecord) -> None:
    """Replace the record; release its name if the state is final.

    Raises
    ------
    OSError
        If the disk is full or the folder was removed. The old record stays intact.
    """
    _write_json(folder, record)
    if not record.state.alive:
        names.release(record.name, record.id)


def _write_json(folder: Path, record: ClusterRecord) -> None:
    paths.write_object(folder / "record.json", record.to_dict(), indent=1)


_cache: dict[str, tuple[tuple[int, int, int], ClusterRecord]] = {}
"""Last read records by path, each with inode, size and modification time of its file."""


_write_times: dict[str, float] = {}
"""Modification time of each record's file by id, in seconds since the epoch."""


def read_record(folder: Path | str) -> ClusterRecord | None:
    """Return the record in `folder` as written, ``None`` if it is missing or cannot be read.

    Raises
    ------
    NewerStateError
        If a newer release has written it.
    """
    path = f"{folder}/record.json"
    try:
        # Plain system calls, since a thousand records may be read at once. Opening the file refreshes cached
        # attributes on a network file system; stat of the path does not.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            info = os.fstat(descriptor)
            stamp = (info.st_ino, info.st_size, info.st_mtime_ns)
            if path in _cache and _cache[path][0] == stamp:
                return _cache[path][1]
            text = os.read(descriptor, info.st_size)
        finally:
            os.close(descriptor)
        record = ClusterRecord.from_dict(paths.parse_object(text, path))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        _cache.pop(path, None)
        return None
    _cache[path] = (stamp, record)
    _write_times[record.id] = info.st_mtime
    return record


def read_request(folder: Path) -> dict[str, Any]:
    """Return the start request of the cluster in `folder`, an empty mapping if it cannot be read.

    Raises
    ------
    NewerStateError
        If a newer release has written it.
    """
    try:
        return paths.read_object(folder / "request.json")
    except (OSError, ValueError):
        return {}


def resolve_state(record: ClusterRecord) -> ClusterRecord:
    """Return `record` in the state that its keeper's process implies: lost if the process has exited.

    A keeper on another host never counts as exited. The reason reports a keeper that has been silent for minutes.
    """
    if not record.state.alive:
        return record
    if record.keeper is None and record.jobs:  # the keeper is a pending batch job
        return record
    if record.keeper is None:
        return dataclasses.replace(record, state=ClusterState.LOST, reason="The record names no keeper")
    lock = None if processes.on_this_host(record.keeper) else lock_path(record.id)
    if processes.is_running(record.keeper, lock=lock) is not False:
        return _describe_silence(record, record.keeper)
    return dataclasses.replace(
        record, state=ClusterState.LOST, reason=_explain_loss(record.keeper, record.state), workers=0, threads=0
    )


def _describe_silence(record: ClusterRecord, keeper: ProcessIdentity) -> ClusterRecord:
    """Return `record`, with the reason if its keeper is stopped by a signal or has written nothing for minutes."""
    written = _write_times.get(record.id)
    if processes.is_stopped(keeper):
        return dataclasses.replace(record, reason=f"Its keeper, {processes.describe_stop(keeper, written)}")
    silence = time.time() - (written or math.inf)
    if silence < _SILENCE_TIMEOUT:
        return record
    if processes.is_running(keeper):
        fix = "stop the cluster to terminate it"
    else:
        fix = "if it is a batch job, `jupyter pipeline cluster gc` checks whether it still runs"
    name = f"Its keeper (process {keeper.pid} on {keeper.host})"
    return dataclasses.replace(record, reason=f"{name} has been silent for {silence / 60:.0f} min; {fix}")


def refresh_record(record: ClusterRecord) -> ClusterRecord:
    """Return the current record from disk with its state resolved, or `record` if that cannot be read."""
    found = read_record(cluster_dir(record.id))
    return resolve_state(found) if found is not None else record


def _explain_loss(keeper: ProcessIdentity, state: ClusterState) -> str:
    if keeper.boot_id != processes.boot_id():
        return f"{keeper.host} was rebooted while the cluster was {state}"
    return f"Its keeper (process {keeper.pid} on {keeper.host}) died while the cluster was {state}"


def list_records(*, include_ended: bool = False) -> list[ClusterRecord]:
    """Return the active clusters, oldest first.

    Parameters
    ----------
    include_ended : bool, default False
        Also return ended clusters whose folders still exist.

    Notes
    -----
    A cluster whose keeper died is listed as lost until its processes and jobs have been removed.
    """
    root = paths.clusters_dir()
    if include_ended:
        ids = [entry.name for entry in os.scandir(root) if not entry.name.startswith(".") and entry.is_dir()]
    else:
        ids = [holder for _, holder in names.list_holders()]
    records = []
    for cluster_id in ids:
        try:
            record = read_record(f"{root}/{cluster_id}")
        except NewerStateError as error:  # listed as active, so that nothing of it is removed
            records.append(_describe_newer(cluster_id, error))
            continue
        if record is None:
            record = _reconstruct_record(root / cluster_id)
        if record is not None and (include_ended or record.state.alive):
            records.append(resolve_state(record))
    return sorted(records, key=lambda r: (r.started, r.name))


def _reconstruct_record(folder: Path) -> ClusterRecord | None:
    """Return a substitute for the unreadable record in `folder`, ``None`` if there is no folder."""
    try:
        info = folder.stat()
    except OSError:
        return None
    name = next((name for name, holder in names.list_holders() if holder == folder.name), folder.name)
    try:
        known = paths.read_object(folder / "keeper.json")
        keeper, control = ProcessIdentity.from_dict(known["keeper"]), str(known["control"])
    except (OSError, ValueError, TypeError, KeyError):
        keeper, control = None, ""
    return ClusterRecord(
        id=folder.name,
        name=name,
        profile=str(read_request(folder).get("profile", {}).get("name", "")),
        state=ClusterState.STARTING,
        reason=f"{folder / 'record.json'} cannot be read",
        since=info.st_mtime,
        started=info.st_mtime,
        host=keeper.host if keeper else "",
        keeper=keeper,
        control=control,
    )


def _describe_newer(cluster_id: str, error: NewerStateError) -> ClusterRecord:
    """Return a substitute for the record of a newer release."""
    name = next((name for name, holder in names.list_holders() if holder == cluster_id), cluster_id)
    state = ClusterState.STARTING
    return ClusterRecord(id=cluster_id, name=name, profile="", state=state, reason=str(error))


def find_record(name: str, *, include_ended: bool = False) -> ClusterRecord:
    """Return the active cluster called `name`.

    Parameters
    ----------
    name : str
        Name or id.
    include_ended : bool, default False
        Fall back on the newest ended cluster of that name.

    Raises
    ------
    NotFoundError
        If there is none. The message offers similar names and says how the last cluster of that name ended.
    """
    holder = names.find_holder(paths.check_name("cluster", name)) or name
    record = read_record(cluster_dir(holder)) or _reconstruct_record(cluster_dir(holder))
    if record is not None and record.state.alive:
        return resolve_state(record)
    records = list_records(include_ended=include_ended)
    for record in reversed(records):
        if name in (record.name, record.id):
            return record
    ended = [] if include_ended else [r for r in list_records(include_ended=True) if name in (r.name, r.id)]
    hint = f"The last {name} is {ended[-1].state}: {ended[-1].reason.rstrip('.')}." if ended else ""
    raise NotFoundError("cluster", name, [r.name for r in records], hint)
