"""Keep copies of the files that a rehearsal changes, and put them back.

`Backup.protect` copies a file before its first change. The record of a copy is written after the copy and before the
change, so a process that is killed at any time leaves either the unchanged file or a complete copy. The folder of a
backup contains::

    lock      shared lock of the processes that use the backup
    alive     its time of change is the last second in which the rehearsal ran
    saved     copies, and one record for each
    run       files of the rehearsal that were replaced by their copies
    finished  exists if the copies are kept for a week only

The module imports the standard library only: the interpreter of the runs loads it, too.
"""

from __future__ import annotations

import contextlib
import fcntl
import filecmp
import hashlib
import json
import os
import shutil
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = [
    "Backup",
    "Restored",
    "find_interrupted",
    "find_rehearsed_files",
    "mark_rehearsed_file",
    "remove_old_backups",
]

_MOST_BYTES = 100_000_000
"""Bytes of a file that is copied."""
_MOST_BYTES_IN_ALL = 1_000_000_000
_REHEARSED = "written"
"""Folder beside the backups with a record for each file that a rehearsal left in place."""
_FORMAT = 1
"""`paths.FORMAT`."""
_CLOCKS = 2.0
"""Seconds by which the clock of a file system may differ from the last sign of a rehearsal."""
_DAYS = 7
"""Days after which the files of a finished rehearsal are removed."""

_copying = threading.Lock()
"""Lock of the thread that copies a file."""


def _replace_lock() -> None:
    """Replace the lock in a forked process, which would wait for a thread that it does not have."""
    global _copying
    _copying = threading.Lock()


os.register_at_fork(after_in_child=_replace_lock)


@dataclass(frozen=True, slots=True)
class Restored:
    """Result of putting files back."""

    restored: tuple[str, ...] = ()
    """Files that have their content before the rehearsal again."""
    failed: Mapping[str, str] = field(default_factory=dict)
    """Reason for each changed file that could not be put back."""
    created: tuple[str, ...] = ()
    """Files that did not exist before."""
    folder: str = ""
    """Folder with the rehearsal's content of the restored files; empty if there is none."""


class Backup:
    """Copies of the files that one rehearsal changes.

    Parameters
    ----------
    folder : Path
        Folder of the backup.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._saved = folder / "saved"
        self._known: set[str] = set()
        self._bytes = 0
        self._lock = -1

    def open(self) -> None:
        """Create the folder if needed, and hold its lock until `close` or the end of the process."""
        self._saved.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(self._lock, fcntl.LOCK_SH)  # it waits for a process that tests the lock
        self.touch()

    def close(self) -> None:
        """Release the lock."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def touch(self) -> None:
        """Record that the rehearsal still runs."""
        with contextlib.suppress(OSError):
            (self.folder / "alive").touch(mode=0o600)

    def protect(self, path: str) -> None:
        """Copy a file before its first change; a file that does not exist is recorded as new.

        Parameters
        ----------
        path : str
            Real path of the file.
        """
        if path in self._known:
            return
        with _copying:  # another thread may copy it
            if path not in self._known:
                self._copy(path)
                self._known.add(path)

    def _copy(self, path: str) -> None:
        """Copy a file, and write the record of the copy."""
        name = _key(path)
        record = self._saved / f"{name}.json"
        if record.exists() or Path(path).is_dir():
            return
        found: dict[str, Any] = {"path": path, "copy": "", "reason": ""}
        copy = self._saved / f"{name}.{os.getpid()}.copy"
        try:
            state = Path(path).stat()
        except OSError:
            found["size"] = None
        else:
            found |= {"size": state.st_size, "changed": state.st_mtime_ns, "mode": state.st_mode & 0o7777}
            if state.st_size > _MOST_BYTES or self._bytes + state.st_size > _MOST_BYTES_IN_ALL:
                found["reason"] = "it was too large for a copy"
            else:
                try:
                    shutil.copyfile(path, copy)
                    copy.chmod(0o600)
                    found["copy"] = copy.name
                    self._bytes += state.st_size
                except OSError as error:
                    found["reason"] = f"it could not be copied ({error.strerror})"
        if not _write_once(record, found):  # another process of the run was faster
            copy.unlink(missing_ok=True)

    def find_copy(self, path: str) -> Path | None:
        """Return the copy of a file; ``None`` if it has none."""
        found = self._read(self._saved / f"{_key(path)}.json")
        return self._saved / str(found["copy"]) if found.get("copy") else None

    def restore(self, paths: Collection[str] | None = None, *, before: float | None = None) -> Restored:
        """Put back changed files, and keep the rehearsal's content of each in ``run``.

        Parameters
        ----------
        paths : collection of str, optional
            Real paths of the files; by default all.
        before : float, optional
            Put back only files that were last changed before this time.
        """
        restored, failed, created = list[str](), dict[str, str](), list[str]()
        for found in self._records():
            path = str(found["path"])
            if paths is not None and path not in paths:
                continue
            state = _state(path)
            if found["size"] is None:
                created += [path] if state is not None else []
                continue
            if state == (found["size"], found["changed"]) or self._is_copied(path, found):
                continue
            reason = str(found["reason"])
            is_later = before is not None and state is not None and state[1] > before * 1e9
            if not reason and is_later and not self._marker(path).exists():
                reason = f"it was changed since; its content before the rehearsal is in {self._saved / found['copy']}"
            if not reason:
                reason = self._put_back(Path(path), found)
            if reason:
                failed[path] = reason
            else:
                restored.append(path)
        run = self.folder / "run"
        return Restored(tuple(restored), failed, tuple(created), str(run) if run.is_dir() else "")

    def finish(self, *, keep_copies: bool = False) -> None:
        """Remove the backup, but for the rehearsal's files. Call it when each file is put back or may stay as it is.

        Parameters
        ----------
        keep_copies : bool, default False
            Keep the copies for a week, without further attempts to put them back.
        """
        if keep_copies:
            (self.folder / "finished").touch(mode=0o600)
            return
        shutil.rmtree(self._saved, ignore_errors=True)
        if not (self.folder / "run").is_dir():
            shutil.rmtree(self.folder, ignore_errors=True)

    def _is_copied(self, path: str, found: dict[str, Any]) -> bool:
        """Return True if the content of a file is still the content of its copy."""
        try:
            return bool(found["copy"]) and filecmp.cmp(path, self._saved / str(found["copy"]), shallow=False)
        except OSError:
            return False

    def _put_back(self, path: Path, found: dict[str, Any]) -> str:
        """Write the copy into the file, and return the reason of a failure.

        The file is not replaced: a process that has it open, such as a logger of the kernel, must see the old content.
        """
        copy, marker = self._saved / str(found["copy"]), self._marker(str(path))
        try:
            marker.touch(mode=0o600)
            if path.is_file():
                self._keep_run(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            with copy.open("rb") as source, path.open("r+b" if path.exists() else "wb") as target:
                shutil.copyfileobj(source, target)
                target.truncate()
            path.chmod(int(found["mode"]))
            os.utime(path, ns=(int(found["changed"]), int(found["changed"])))
            marker.unlink()
        except OSError as error:
            return f"{error.strerror}; its content before the rehearsal is in {copy}"
        return ""

    def _marker(self, path: str) -> Path:
        """Return the file that exists while a file is put back; a killed process may have written a part of it."""
        return self._saved / f"{_key(path)}.restoring"

    def _keep_run(self, path: Path) -> None:
        """Copy the rehearsal's content of a file to ``run``."""
        if path.stat().st_size > _MOST_BYTES:
            return
        run = self.folder / "run"
        run.mkdir(mode=0o700, exist_ok=True)
        target = run / path.name
        target = target if not target.exists() else run / f"{_key(str(path))[:8]}-{path.name}"
        shutil.copyfile(path, target)
        target.chmod(0o600)

    def _records(self) -> Iterator[dict[str, Any]]:
        for record in sorted(self._saved.glob("*.json")):
            if found := self._read(record):
                yield found

    @staticmethod
    def _read(record: Path) -> dict[str, Any]:
        try:
            return _read_record(record)
        except (OSError, ValueError):
            return {}


def find_interrupted(root: Path) -> Iterator[tuple[Backup, float]]:
    """Return the backups of rehearsals whose processes were killed, each with the last time of a sign.

    Parameters
    ----------
    root : Path
        Folder of the backups.
    """
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        if not (folder / "saved").is_dir() or (folder / "finished").exists() or _is_in_use(folder):
            continue
        with contextlib.suppress(OSError):
            yield Backup(folder), (folder / "alive").stat().st_mtime + _CLOCKS


def remove_old_backups(root: Path) -> None:
    """Remove the files of rehearsals that finished a week ago."""
    oldest = time.time() - _DAYS * 86400
    for folder in root.iterdir() if root.is_dir() else ():
        with contextlib.suppress(OSError):
            if folder.name != _REHEARSED and folder.stat().st_mtime < oldest and not _is_in_use(folder):
                shutil.rmtree(folder, ignore_errors=True)


def mark_rehearsed_file(root: Path, path: str) -> None:
    """Record that the content of a file is a rehearsal's, so that no comparison takes it as the notebook's."""
    state = _state(path)
    if state is None:
        return
    folder = root / _REHEARSED
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    record = folder / f"{_key(path)}.json"
    record.unlink(missing_ok=True)
    _write_once(record, {"path": path, "state": state})


def find_rehearsed_files(root: Path) -> frozenset[str]:
    """Return the files whose content is still an earlier rehearsal's, and forget the others."""
    found = set()
    for record in (root / _REHEARSED).glob("*.json"):
        try:
            each = _read_record(record)
            if tuple(each["state"]) == _state(each["path"]):
                found.add(str(each["path"]))
            else:
                record.unlink(missing_ok=True)
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return frozenset(found)


def _is_in_use(folder: Path) -> bool:
    """Return True if a process uses a backup, or if locks do not work there."""
    try:
        lock = os.open(folder / "lock", os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(lock)
    return False


def _key(path: str) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:32]


def _state(path: str) -> tuple[int, int] | None:
    """Return the size and the time of change of a file; ``None`` if there is no file."""
    try:
        state = Path(path).stat()
    except OSError:
        return None
    return state.st_size, state.st_mtime_ns


def _read_record(record: Path) -> dict[str, Any]:
    try:
        found = json.loads(record.read_text("utf-8"))
    except RecursionError as error:
        raise ValueError(f"{record} is nested too deeply") from error
    if not isinstance(found, dict):
        raise ValueError(f"{record} contains no JSON object")
    if found.pop("format", _FORMAT) != _FORMAT:
        from jupyter_pipeline.paths import read_object  # the interpreter of the runs finds no newer record

        return read_object(record)
    return found


def _write_once(record: Path, data: dict[str, Any]) -> bool:
    """Write a record completely; return False if it exists."""
    part = record.with_name(f"{record.name}.{os.getpid()}.part")
    part.write_text(json.dumps({"format": _FORMAT, **data}), "utf-8")
    part.chmod(0o600)
    try:
        os.link(part, record)
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links
        part.rename(record)
        return True
    finally:
        part.unlink(missing_ok=True)
    return True
