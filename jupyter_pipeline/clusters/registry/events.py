"""Append events and syncs to logs in a cluster's folder, and store the problems that prevented its start.

Only the standard library is used.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jupyter_pipeline import paths
from jupyter_pipeline.models import ClusterRecord

__all__ = ["add_event", "add_run", "add_sync", "list_runs", "read_problems", "write_problems"]


def add_event(folder: Path, record: ClusterRecord, **details: Any) -> None:
    """Append the state of `record` to its event log; ignore a full disk."""
    event = {"time": time.time(), "state": record.state, "reason": record.reason, **details}
    _append(folder / "events.jsonl", event)


def add_sync(folder: Path, entry: Mapping[str, Any], lock: str = "") -> None:
    """Append the result of a sync to its log.

    Parameters
    ----------
    folder : Path
        The cluster's folder.
    entry : mapping
        The sync, see `ClusterRecord.last_sync`.
    lock : str, optional
        Lock text, stored once under the hash ``entry["lock"]``.
    """
    if lock:
        with contextlib.suppress(OSError):
            target = paths.private_dir(folder / "locks") / f"{paths.check_name('lock', str(entry['lock']))}.txt"
            if not target.exists():
                paths.write_private(target, lock)
    _append(folder / "syncs.jsonl", entry)


def add_run(folder: Path, run: str, name: str) -> None:
    """Append a run that uses the cluster in `folder`; ignore a full disk."""
    _append(folder / "runs.jsonl", {"time": time.time(), "run": run, "name": name})


def list_runs(folder: Path) -> dict[str, str]:
    """Return the names of the runs that used the cluster in `folder` by id, the oldest first."""
    found, path = {}, folder / "runs.jsonl"
    with contextlib.suppress(OSError):
        for line in path.read_bytes().splitlines():
            with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
                entry = paths.parse_object(line, path)
                found[str(entry["run"])] = str(entry["name"])
    return found


def _append(path: Path, entry: Mapping[str, Any]) -> None:
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.write(descriptor, paths.dump_line(entry) + b"\n")
        finally:
            os.close(descriptor)


def write_problems(folder: Path, problems: Sequence[str]) -> None:
    """Store the preflight problems that prevented the start of the cluster in `folder`."""
    paths.write_object(folder / "problems.json", {"problems": list(problems)})


def read_problems(folder: Path) -> list[str]:
    """Return the preflight problems of the cluster in `folder`, an empty list without any."""
    try:
        return [str(problem) for problem in paths.read_object(folder / "problems.json")["problems"]]
    except (OSError, ValueError, TypeError, KeyError):
        return []
