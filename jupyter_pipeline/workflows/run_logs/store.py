"""Find the logs of runs, and remove old ones.

The folder of runs contains::

    RUN_ID/run.json            name, deployment, process and clusters of the run
    RUN_ID/run.NNNNNN.jsonl    log of its process and of its workers, see `log_file`
    RUN_ID/output.NNNNNN.jsonl output of its child processes
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_pipeline.models import Record
from jupyter_pipeline.paths import private_dir, read_object, runs_dir, write_private

__all__ = ["DAYS", "SIZE", "LoggedRun", "create_folder", "list_runs", "prune_if_due", "read_run", "write_run"]

DAYS = 90.0
"""Days for which logs stay."""
SIZE = 5 * 2**30
"""Bytes of all logs that stay."""
_ID = re.compile(r"[0-9a-f-]{8,64}")
_FILE, _STAMP = "run.json", ".pruned"
_HOUR = 3600.0


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
    """Replace the facts of a run."""
    write_private(folder / _FILE, json.dumps(facts))


def read_run(folder: Path) -> LoggedRun | None:
    """Return the run of a folder, ``None`` if it cannot be read."""
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
    """Return the runs with logs, the oldest first."""
    folders = (folder for folder in runs_dir().iterdir() if _ID.fullmatch(folder.name))
    found = (read_run(folder) for folder in folders)
    return sorted((run for run in found if run is not None), key=lambda run: run.started)


def prune_if_due(*, now: float | None = None) -> list[str]:
    """Remove logs beyond `DAYS` and `SIZE` once an hour; return the ids of their runs.

    A log that changed within the last hour stays.

    Parameters
    ----------
    now : float, optional
        Time of the removal; by default the current time.
    """
    moment = time.time() if now is None else now
    stamp = runs_dir() / _STAMP
    with contextlib.suppress(OSError):
        if moment - stamp.stat().st_mtime < _HOUR:
            return []
    stamp.touch(mode=0o600)
    removed = []
    found = sorted(_measure())
    total = sum(size for _, size, _ in found)
    for changed, size, folder in found:
        age = moment - changed
        if age > _HOUR and (age > DAYS * 86400 or total > SIZE):
            shutil.rmtree(folder, ignore_errors=True)
            removed.append(folder.name)
            total -= size
    return removed


def _measure() -> Iterator[tuple[float, int, Path]]:
    for folder in runs_dir().iterdir():
        with contextlib.suppress(OSError):
            states = [path.stat() for path in folder.iterdir()] if folder.is_dir() else []
            if states:
                yield max(each.st_mtime for each in states), sum(each.st_size for each in states), folder
