"""Store the synced files of one host: stage content by its hash, then replace files in one short step.

All processes of one cluster that see one temporary folder share one store::

    environment-CLUSTER/
      id              random ID; processes that read the same ID share the store
      state.json      generation and time stamp of what is in `code`
      journal.json    change in progress; the next process that opens the store finishes it
      incoming/HASH   staged content
      code/KEY/       files of one synced folder; the key ends with the folder's name
      users/          one locked file per process; a store without locks is removed

Content is staged first, so a full disk or an interruption changes no file in use. Then the journal is written, and
the files are renamed into place. If the process is killed in between, a later process completes the journal.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import stat
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from jupyter_pipeline.environments.plugins.content import (
    Changes,
    Entry,
    content_hash,
    safe_path,
    safe_target,
    unpack_blob,
)
from jupyter_pipeline.environments.plugins.file_tree import (
    list_files,
    make_parents,
    matches_entry,
    remove_bytecode,
    remove_file,
    write_atomically,
)

_STAGED_TTL = 3600.0
"""Seconds before staged content of an interrupted sync is removed."""


class FileStore:
    """The files of one cluster on one host.

    Parameters
    ----------
    base : Path
        Folder for temporary files on this host.
    cluster : str
        Id of the cluster.
    """

    def __init__(self, base: Path, cluster: str) -> None:
        self.base = base
        self.root = base / f"environment-{cluster}"
        self.code = self.root / "code"
        self.id = ""
        self._user: Any = None

    # Lifecycle

    def open(self) -> None:
        """Create or join the store, finish an interrupted change, and remove unused stores."""
        self.base.mkdir(parents=True, exist_ok=True)
        if self.base.stat().st_uid != os.getuid():  # its owner could replace the code
            raise PermissionError(f"{self.base} belongs to another user; set local_directory in the profile")
        with _locked(self.base / f"environment-{os.getuid()}.lock"):
            self._remove_leftovers()
            self.root.mkdir(mode=0o700, exist_ok=True)
            if self.root.lstat().st_uid != os.getuid() or self.root.is_symlink():
                raise PermissionError(f"{self.root} belongs to another user")
            for folder in ("incoming", "code", "users"):
                (self.root / folder).mkdir(mode=0o700, exist_ok=True)
            identity = self.root / "id"
            if not identity.exists():
                write_atomically(identity, uuid.uuid4().hex.encode())
            self.id = identity.read_text()
            self._user = (self.root / "users" / uuid.uuid4().hex).open("w")
            fcntl.flock(self._user, fcntl.LOCK_EX)
        with self.locked():
            self.recover()

    def close(self) -> None:
        """Leave the store. The last process removes it."""
        if self._user is None:
            return
        with contextlib.suppress(OSError), _locked(self.base / f"environment-{os.getuid()}.lock"):
            Path(self._user.name).unlink(missing_ok=True)
            self._user.close()
            self._user = None
            if not _in_use(self.root):
                shutil.rmtree(self.root, ignore_errors=True)

    def _remove_leftovers(self) -> None:
        for other in self.base.glob("environment-*"):
            if other.is_dir() and other != self.root and not _in_use(other):
                shutil.rmtree(other, ignore_errors=True)

    def locked(self) -> contextlib.AbstractContextManager[None]:
        """Return a context manager that locks the store across processes; it may block."""
        return _locked(self.root / "lock")

    # State

    def state(self) -> dict[str, Any]:
        """Return ``generation``, -1 if the store has no complete state, and ``stamp``."""
        try:
            data = json.loads((self.root / "state.json").read_bytes())
            return {"generation": int(data["generation"]), "stamp": int(data["stamp"])}
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return {"generation": -1, "stamp": 0}

    def read(self, key: str, path: str) -> bytes:
        """Return the content of a synced file."""
        return (self.code / key / safe_path(path)).read_bytes()

    # Change

    def staged(self, digest: str) -> Path:
        """Return the path of staged content."""
        return self.root / "incoming" / digest

    def has(self, digest: str) -> bool:
        """Return True if content is staged."""
        return self.staged(digest).exists()

    def stage(self, blobs: Iterable[list[Any]]) -> None:
        """Store packed content until a commit uses it.

        Raises
        ------
        ValueError
            Content does not match its hash.
        OSError
            Content cannot be written. No file in use has changed.
        """
        for blob in blobs:
            write_atomically(self.staged(blob[0]), unpack_blob(blob))

    def take(self, places: Mapping[str, tuple[str, int]]) -> list[str]:
        """Stage content from files of this host and return the hashes that are in none of them.

        Parameters
        ----------
        places : mapping
            Path and size of a file by hash of its content. On a shared file system, it is the kernel's file.
        """
        missing = []
        for digest, (path, size) in places.items():
            if self.has(digest):
                continue
            content = _read_regular(path, size)
            if content is None or content_hash(content) != digest:
                missing.append(digest)
            else:
                write_atomically(self.staged(digest), content)
        return missing

    def commit(self, changes: Changes, generation: int) -> None:
        """Apply all of `changes` or none, and set the store to `generation`.

        All checks and all writes that need disk space precede the first replaced file.
        """
        for key, change in changes.items():
            safe_path(key)
            for path, (kind, value, _) in change["put"].items():
                safe_path(path)
                if kind == "l":
                    safe_target(path, value)
                elif not self.has(value):
                    raise FileNotFoundError(f"content of {path} was not staged")
            for path in change["delete"]:
                safe_path(path)
        stamp = max(int(time.time()), self.state()["stamp"] + 1)
        state = {"generation": generation, "stamp": stamp}
        copies = [self.staged(name) for name in _sources(changes).values() if "." in name]
        try:
            for copy in copies:
                shutil.copyfile(copy.with_suffix(""), copy)
            write_atomically(self.root / "state.next", json.dumps(state).encode())
            write_atomically(self.root / "journal.json", json.dumps({**state, "changes": changes}).encode())
        except BaseException:
            for copy in copies:
                copy.unlink(missing_ok=True)
            raise
        self.recover()
        self._sweep()

    def _sweep(self) -> None:
        """Remove old staged content of interrupted syncs."""
        for path in (self.root / "incoming").iterdir():
            with contextlib.suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > _STAGED_TTL:
                    path.unlink()

    def recover(self) -> None:
        """Finish the change in the journal, if there is one."""
        journal = self.root / "journal.json"
        try:
            data = json.loads(journal.read_bytes())
        except (OSError, ValueError):
            return
        sources = _sources(data["changes"])
        for key, change in data["changes"].items():
            tree = self.code / safe_path(key)
            for path in change["delete"]:
                remove_file(tree, safe_path(path))
            for path, entry in change["put"].items():
                self._put(tree, path, entry, self.staged(sources.get((key, path), "")), data["stamp"])
        with contextlib.suppress(FileNotFoundError):  # it was done before the interruption
            (self.root / "state.next").replace(self.root / "state.json")
        journal.unlink()

    def _put(self, tree: Path, path: str, entry: Entry, staged: Path, stamp: int) -> None:
        kind, value, _ = entry
        place = tree / safe_path(path)
        make_parents(tree, place)
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
        if kind == "l":
            temporary = place.with_name(f".{uuid.uuid4().hex}")
            temporary.symlink_to(safe_target(path, value))
            temporary.replace(place)
            return
        if not staged.exists():
            if place.is_file() and content_hash(place.read_bytes()) == value:
                return  # done before the interruption
            raise FileNotFoundError(f"content of {path} is lost")
        staged.chmod(0o700 if kind == "x" else 0o600)
        # Python matches bytecode by size and time in seconds. A stamp is never reused, so old bytecode never matches.
        os.utime(staged, (stamp, stamp))
        staged.replace(place)
        remove_bytecode(place)

    def complete(self, folders: Mapping[str, Mapping[str, Entry]]) -> tuple[dict[str, Any], set[str]]:
        """Compare the files on disk with the expected files.

        Parameters
        ----------
        folders : mapping
            Entries by path, by key of the folder.

        Returns
        -------
        tuple
            Changes that are needed, and hashes of the content that must be staged for them.
        """
        changes: dict[str, Any] = {}
        missing: set[str] = set()
        for key, files in folders.items():
            tree = self.code / safe_path(key)
            present = {str(p.relative_to(tree)) for p in list_files(tree)}
            put = {path: entry for path, entry in files.items() if not matches_entry(tree / safe_path(path), entry)}
            changes[key] = {"put": put, "delete": sorted(present - files.keys())}
            missing |= {entry[1] for entry in put.values() if entry[0] != "l" and not self.has(entry[1])}
        return changes, missing


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _read_regular(path: str, size: int) -> bytes | None:
    """Return the content of a regular file of `size` bytes; ``None`` if there is none, or it cannot be read."""
    try:
        info = os.stat(path)  # noqa: PTH116 - a pipe of this name must not be opened
        if stat.S_ISREG(info.st_mode) and info.st_size == size:
            return Path(path).read_bytes()
    except OSError:
        pass
    return None


def _in_use(root: Path) -> bool:
    for user in (root / "users").glob("*"):
        try:
            with user.open("r+") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            continue
    return False


def _sources(changes: Changes) -> dict[tuple[str, str], str]:
    """Return the staged name for each file: the hash, with a number if several files have the same content."""
    sources: dict[tuple[str, str], str] = {}
    uses: dict[str, int] = {}
    for key, change in changes.items():
        for path, (kind, value, _) in change["put"].items():
            if kind != "l":
                number = uses[value] = uses.get(value, -1) + 1
                sources[key, path] = f"{value}.{number}" if number else value
    return sources
