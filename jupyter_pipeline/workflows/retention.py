"""Remove old folders of runs: the oldest ones beyond an age and a size, at most once an hour."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["RunFolder", "is_due", "measure", "remove_old"]

_HOUR = 3600.0
_STAMP = ".pruned"


@dataclass(frozen=True, slots=True, order=True)
class RunFolder:
    """Folder of a run. The oldest one is the smallest."""

    changed: float
    """Time of the last change."""
    size: int
    """Bytes of its files."""
    path: Path


def measure(parent: Path, *, dated_by: str = "") -> Iterator[RunFolder]:
    """Yield the folders in `parent` that have files.

    Parameters
    ----------
    parent : Path
        Folder with one folder for each run.
    dated_by : str, optional
        Name of the file whose time counts. Folders without it are left out. By default, the newest file counts.
    """
    for folder in parent.iterdir():
        with contextlib.suppress(OSError):
            states = {path.name: path.stat() for path in folder.iterdir()} if folder.is_dir() else {}
            dated = [state for name, state in states.items() if dated_by in ("", name)]
            if dated:
                size = sum(state.st_size for state in states.values())
                yield RunFolder(max(state.st_mtime for state in dated), size, folder)


def remove_old(folders: Iterable[RunFolder], *, now: float, days: float, size: float, runs: int = 0) -> list[str]:
    """Remove folders, the oldest first, and return the ids of their runs.

    A folder that changed within the last hour stays: its run may go on.

    Parameters
    ----------
    folders : iterable of RunFolder
        Folders of runs.
    now : float
        Current time.
    days : float
        Age of the oldest folder that stays.
    size : float
        Bytes of all folders that stay.
    runs : int, optional
        Number of folders that stay; 0 for any.
    """
    found = sorted(folders)
    total = sum(folder.size for folder in found)
    removed = []
    for number, folder in enumerate(found):
        age = now - folder.changed
        has_excess = total > size or 0 < runs < len(found) - number
        if age > _HOUR and (age > days * 86400 or has_excess):
            shutil.rmtree(folder.path, ignore_errors=True)
            removed.append(folder.path.name)
            total -= folder.size
    return removed


def is_due(parent: Path, *, now: float | None = None) -> bool:
    """Return True if no process has removed folders in `parent` within an hour, and note the time.

    Parameters
    ----------
    parent : Path
        Folder with the folders of runs.
    now : float, optional
        Current time.
    """
    stamp = parent / _STAMP
    with contextlib.suppress(FileNotFoundError):
        if (time.time() if now is None else now) - stamp.stat().st_mtime < _HOUR:
            return False
    stamp.touch(mode=0o600)
    return True
