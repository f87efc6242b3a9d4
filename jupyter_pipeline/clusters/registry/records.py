"""The registry: one folder a cluster, below ``paths.clusters_dir()``.

::

    clusters/
      .names/NAME -> ID       symbolic link: who holds the name: see `names`
      ID/record.json          the record; written by the keeper alone, while it lives, by write-and-rename
      ID/keeper.json          who the keeper is and where it listens, for when the record is damaged
      ID/request.json         what was asked for: the profile, workers, the interpreter's search path
      ID/events.jsonl         one line for each change of state; append only
      ID/syncs.jsonl          one line for each sync; append only
      ID/locks/HASH.txt       the packages of the kernel at a sync, as a requirements file
      ID/keeper.log           what the keeper and its children print
      ID/logs/                logs of scheduler and workers
      ID/tls/                 certificates and keys
      ID/mailbox/             requests from other hosts, where the control socket cannot be reached

It works on a home that several hosts share. Nobody can tell from here whether a keeper of another host lives; of one
that has written nothing for minutes, the record says so. Reading changes nothing; `orphans` turns what was lost into a
closed record.

Only the standard library is used here, so that the Jupyter server may import it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
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
from jupyter_pipeline.exceptions import ClusterConflictError, NotFoundError
from jupyter_pipeline.models import ClusterRecord, ClusterState, ProcessIdentity

__all__ = [
    "cluster_dir",
    "create_record",
    "find_record",
    "id_prefix",
    "list_records",
    "new_id",
    "read_record",
    "read_request",
    "refresh_record",
    "resolve_state",
    "write_keeper_file",
    "write_record",
]

_SILENCE_TIMEOUT = 180.0  # seconds without a write after which a keeper is told to be silent; it writes every 30
_CLAIM_TIMEOUT = 30.0  # seconds that a name without a folder is believed to be a start under way


def id_prefix() -> str:
    """Return what the ids of this registry begin with: a job or process tagged otherwise is none of our business."""
    return f"jp-{hashlib.sha256(os.fsencode(paths.clusters_dir())).hexdigest()[:6]}-"


def new_id() -> str:
    """Return a new id. It is also the tag on jobs and processes, so it has only letters, digits and hyphens."""
    return id_prefix() + secrets.token_hex(5)


def cluster_dir(cluster_id: str) -> Path:
    """Return the folder of a cluster, which need not exist."""
    return paths.clusters_dir() / cluster_id


def create_record(record: ClusterRecord, request: Mapping[str, Any]) -> Path:
    """Claim the name of `record` and write its folder; return the folder.

    Of any number of processes that do this at once with one name, exactly one returns.

    Raises
    ------
    ClusterConflictError
        If a living cluster has the name.
    """
    folder = cluster_dir(record.id)
    hidden = paths.private_dir(folder.with_name(f".{record.id}"))
    try:
        paths.write_private(hidden / "request.json", json.dumps(request, indent=1))
        _write_json(hidden, record)
        with names.lock_registry():
            _claim(record.name, record.id)
            try:
                hidden.rename(folder)
            except OSError:
                names.release(record.name, record.id)
                raise
    except BaseException:
        shutil.rmtree(hidden, ignore_errors=True)
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
        where = f" on {record.host}" if record.host != processes.hostname() else ""
        raise _conflict(name, f"is {record.state}{where} already (profile {record.profile}, workers: {record.workers})")


def _conflict(name: str, what: str) -> ClusterConflictError:
    return ClusterConflictError(
        f"The cluster {name!r} {what}. Attach to it, stop it first, or start this one under another name."
    )


def write_keeper_file(folder: Path, record: ClusterRecord) -> None:
    """Write who keeps `record`, once, beside it."""
    known = {"keeper": record.keeper.to_dict() if record.keeper else None, "control": record.control}
    paths.write_private(folder / "keeper.json", json.dumps(known))


def write_record(folder: Path, record: ClusterRecord) -> None:
    """Replace the record; a state that is final gives the name back.

    Raises
    ------
    OSError
        If the disk is full or the folder is gone; the old record is intact.
    """
    _write_json(folder, record)
    if not record.state.alive:
        names.release(record.name, record.id)


def _write_json(folder: Path, record: ClusterRecord) -> None:
    paths.write_private(folder / "record.json", json.dumps(record.to_dict(), indent=1))


_cache: dict[str, tuple[tuple[int, int, int], ClusterRecord]] = {}
"""Records as they were read last, by path, each with inode, size and time of change of its file."""


_write_times: dict[str, float] = {}
"""When the file of each record was written, by id, in seconds since the epoch."""


def read_record(folder: Path | str) -> ClusterRecord | None:
    """Return the record in `folder` as it was written, ``None`` if there is none or it cannot be read."""
    path = f"{folder}/record.json"
    try:
        # Plain calls of the system: a thousand records are read at once. A file that was opened is the newest on a
        # network file system, too, which a look at its name alone need not be.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            info = os.fstat(descriptor)
            mark = (info.st_ino, info.st_size, info.st_mtime_ns)
            if path in _cache and _cache[path][0] == mark:
                return _cache[path][1]
            text = os.read(descriptor, info.st_size)
        finally:
            os.close(descriptor)
        record = ClusterRecord.from_dict(json.loads(text))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        _cache.pop(path, None)
        return None
    _cache[path] = (mark, record)
    _write_times[record.id] = info.st_mtime
    return record


def read_request(folder: Path) -> dict[str, Any]:
    """Return what was asked for when the cluster in `folder` was started; empty if it cannot be read."""
    try:
        request = json.loads((folder / "request.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return request if isinstance(request, dict) else {}


def resolve_state(record: ClusterRecord) -> ClusterRecord:
    """Return `record`, as lost if it claims to live and its keeper is verifiably dead.

    A keeper on another host is never called dead from here. Its silence is told, and that of one which hangs here.
    """
    if not record.state.alive:
        return record
    if record.keeper is None and record.jobs:  # its keeper is a job that waits; see `keeper_job`
        return record
    if record.keeper is None:
        return dataclasses.replace(record, state=ClusterState.LOST, reason="The record names no keeper")
    if processes.is_running(record.keeper) is not False:
        return _describe_silence(record, record.keeper)
    return dataclasses.replace(
        record, state=ClusterState.LOST, reason=_explain_loss(record.keeper, record.state), workers=0, threads=0
    )


def _describe_silence(record: ClusterRecord, keeper: ProcessIdentity) -> ClusterRecord:
    """Return `record`, with the silence of its keeper as its reason where that has not written for minutes."""
    silence = time.time() - _write_times.get(record.id, math.inf)
    if silence < _SILENCE_TIMEOUT:
        return record
    if processes.is_running(keeper):
        way_out = "stop the cluster to end it by force"
    else:
        way_out = "if it is a batch job, `jupyter pipeline cluster gc` looks whether that lives"
    who = f"Its keeper (process {keeper.pid} on {keeper.host})"
    return dataclasses.replace(record, reason=f"{who} has been silent for {silence / 60:.0f} min; {way_out}")


def refresh_record(record: ClusterRecord) -> ClusterRecord:
    """Return `record` as it is on disk now, judged; as it is where it cannot be read."""
    found = read_record(cluster_dir(record.id))
    return resolve_state(found) if found is not None else record


def _explain_loss(keeper: ProcessIdentity, state: ClusterState) -> str:
    if keeper.boot_id != processes.boot_id():
        return f"{keeper.host} was rebooted while the cluster was {state}"
    return f"Its keeper (process {keeper.pid} on {keeper.host}) died while the cluster was {state}"


def list_records(*, include_ended: bool = False) -> list[ClusterRecord]:
    """Return the clusters that live, oldest first.

    Parameters
    ----------
    include_ended : bool, default False
        Whether to return those that ended too, as long as their folders are kept.

    Notes
    -----
    A cluster whose keeper died is told as lost, among the living, until its leftovers have been removed.
    """
    root = paths.clusters_dir()
    if include_ended:
        ids = [entry.name for entry in os.scandir(root) if not entry.name.startswith(".") and entry.is_dir()]
    else:
        ids = [holder for _, holder in names.list_holders()]
    records = []
    for cluster_id in ids:
        record = read_record(f"{root}/{cluster_id}")
        if record is None:
            record = _reconstruct_record(root / cluster_id)
        if record is not None and (include_ended or record.state.alive):
            records.append(resolve_state(record))
    return sorted(records, key=lambda r: (r.started, r.name))


def _reconstruct_record(folder: Path) -> ClusterRecord | None:
    """Return a record for a folder whose own cannot be read, ``None`` if there is no folder."""
    try:
        info = folder.stat()
    except OSError:
        return None
    name = next((name for name, holder in names.list_holders() if holder == folder.name), folder.name)
    try:
        known = json.loads((folder / "keeper.json").read_bytes())
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


def find_record(name: str, *, include_ended: bool = False) -> ClusterRecord:
    """Return the living cluster called `name`.

    Parameters
    ----------
    name : str
        Name, or id.
    include_ended : bool, default False
        Whether to fall back on the newest of that name that ended.

    Raises
    ------
    NotFoundError
        If there is none; the nearest names are offered, and how the last of that name ended is told.
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
