"""Find the logs of runs, and remove old ones.

The folder of runs contains::

    RUN_ID/run.json            name, deployment, process and clusters of the run
    RUN_ID/run.NNNNNN.jsonl    log of its process and of its workers, see `log_file`
    RUN_ID/output.NNNNNN.jsonl output of its child processes
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_pipeline.exceptions import NewerStateError
from jupyter_pipeline.models import Record
from jupyter_pipeline.paths import private_dir, read_object, runs_dir, write_object
from jupyter_pipeline.workflows import retention

__all__ = [
    "DAYS",
    "SIZE",
    "LoggedRun",
    "create_folder",
    "list_runs",
    "prune",
    "prune_if_due",
    "read_run",
    "remove_log",
    "write_run",
]

DAYS = 90.0
"""Days for which logs stay."""
SIZE = 5 * 2**30
"""Bytes of all logs that stay."""
_ID = re.compile(r"[0-9a-f-]{8,64}")
_FILE = "run.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRun(Record):
    """Run with a log on this machine."""

    id: str
    name: str = ""
    deployment: str = ""
    """Id of the deployment."""
    deployment_name: str = ""
    started: float = 0.0
    host: str = ""
    pid: int = 0
    clusters: tuple[str, ...] = ()
    """Ids of its clusters."""
    changed: float = 0.0
    """Time of the last line."""
    folder: str = ""


def create_folder(run: str) -> Path:
    """Create the folder of a run and return it.

    Raises
    ------
    ValueError
        If the id of the run cannot be the name of a folder.
    """
    if not _ID.fullmatch(run):
        raise ValueError(f"{run!r} is not the id of a run")
    return private_dir(runs_dir() / run)


def write_run(folder: Path, facts: Mapping[str, Any]) -> None:
    """Replace the facts of a run.

    Raises
    ------
    NewerStateError
        If a newer release has written them.
    """
    write_object(folder / _FILE, facts)


def read_run(folder: Path) -> LoggedRun | None:
    """Return the run of a folder, ``None`` if it cannot be read.

    Raises
    ------
    NewerStateError
        If a newer release has written its facts.
    """
    try:
        facts = read_object(folder / _FILE)
        changed = max((path.stat().st_mtime for path in folder.iterdir()), default=0.0)
    except (OSError, ValueError):
        return None
    known = {key: facts[key] for key in ("name", "deployment", "deployment_name", "host") if key in facts}
    try:
        return LoggedRun(
            id=folder.name,
            **{key: str(value) for key, value in known.items()},
            started=float(facts.get("started") or 0.0),
            pid=int(facts.get("pid") or 0),
            clusters=tuple(str(each) for each in facts.get("clusters") or ()),
            changed=changed,
            folder=str(folder),
        )
    except (TypeError, ValueError):
        return None


def list_runs() -> list[LoggedRun]:
    """Return the runs with logs, the oldest first. A run of a newer release has no name."""
    found: list[LoggedRun] = []
    for folder in runs_dir().iterdir():
        if not _ID.fullmatch(folder.name):
            continue
        try:
            run = read_run(folder)
        except NewerStateError:
            run = LoggedRun(id=folder.name, changed=folder.stat().st_mtime, folder=str(folder))
        found += [run] if run is not None else []
    return sorted(found, key=lambda run: run.started)


def prune(*, now: float | None = None) -> list[str]:
    """Remove logs beyond `DAYS` and `SIZE`; return the ids of their runs. A log of the last hour stays.

    Parameters
    ----------
    now : float, optional
        Time of the removal; by default the current time.
    """
    moment = time.time() if now is None else now
    return retention.remove_old(retention.measure(runs_dir()), now=moment, days=DAYS, size=SIZE)


def prune_if_due(*, now: float | None = None) -> list[str]:
    """Do what `prune` does if no process has done so within an hour.

    Parameters
    ----------
    now : float, optional
        Time of the removal; by default the current time.
    """
    return prune(now=now) if retention.is_due(runs_dir(), now=now) else []


def remove_log(run: str) -> None:
    """Remove the log of a run, if there is one.

    Parameters
    ----------
    run : str
        Id of the run.
    """
    if _ID.fullmatch(run):
        shutil.rmtree(runs_dir() / run, ignore_errors=True)
