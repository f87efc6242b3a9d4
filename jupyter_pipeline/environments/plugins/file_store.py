"""The synced files on one host: staged by content hash, replaced in one short step, safe from escapes.

All processes of one cluster that see one temporary folder share one store::

    environment-CLUSTER/
      id              random; two processes with the same id share the store
      state.json      generation and time stamp of what is in `code`
      journal.json    changes that are being made; finished by whoever opens the store next
      incoming/HASH   content that is not in use yet
      code/KEY/       the files of each synced folder; a key ends with the folder's name
      users/          one locked file for each process; without locks the store is a leftover

Content is staged first: a full disk or an interruption changes nothing in use. Then the journal is written and files
are renamed to their places. A process killed in between leaves a journal that is followed to its end later.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from jupyter_pipeline.environments.plugins.content import Changes, Entry, content_hash, safe_path, safe_target, unpack
from jupyter_pipeline.environments.plugins.file_tree import (
    files_below,
    make_parents,
    matches,
    remove,
    remove_bytecode,
    write,
)

_KEPT = 3600.0
"""Seconds that content waits for the sync that goes on where another was interrupted."""


class Store:
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

    # Life

    def open(self) -> None:
        """Create the store or join it, finish an interrupted change, and remove stores that nobody uses."""
        self.base.mkdir(parents=True, exist_ok=True)
        with _locked(self.base / f"environment-{os.getuid()}.lock"):
            self._remove_leftovers()
            self.root.mkdir(mode=0o700, exist_ok=True)
            if self.root.lstat().st_uid != os.getuid() or self.root.is_symlink():
                raise PermissionError(f"{self.root} belongs to another user")
            for folder in ("incoming", "code", "users"):
                (self.root / folder).mkdir(mode=0o700, exist_ok=True)
            identity = self.root / "id"
            if not identity.exists():
                write(identity, uuid.uuid4().hex.encode())
            self.id = identity.read_text()
            self._user = (self.root / "users" / uuid.uuid4().hex).open("w")
            fcntl.flock(self._user, fcntl.LOCK_EX)
        with self.locked():
            self.recover()

    def close(self) -> None:
        """Leave the store; the last process removes it."""
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
        """Return a lock of the store across processes; may wait."""
        return _locked(self.root / "lock")

    # State

    def state(self) -> dict[str, Any]:
        """Return ``generation`` (-1 when nothing complete is here) and ``stamp``."""
        try:
            data = json.loads((self.root / "state.json").read_bytes())
            return {"generation": int(data["generation"]), "stamp": int(data["stamp"])}
        except (OSError, ValueError, KeyError):
            return {"generation": -1, "stamp": 0}

    def read(self, key: str, path: str) -> bytes:
        """Return the content of a synced file."""
        return (self.code / key / safe_path(path)).read_bytes()

    # Change

    def staged(self, digest: str) -> Path:
        """Return where content waits for a commit."""
        return self.root / "incoming" / digest

    def has(self, digest: str) -> bool:
        """Return whether content is staged."""
        return self.staged(digest).exists()

    def stage(self, blobs: Iterable[list[Any]]) -> None:
        """Keep packed content until a commit uses it.

        Raises
        ------
        ValueError
            If content is not what its hash says.
        OSError
            If it cannot be written; nothing in use has changed.
        """
        for blob in blobs:
            write(self.staged(blob[0]), unpack(blob))

    def commit(self, changes: Changes, generation: int) -> None:
        """Make `changes`, all or nothing, and take the store to `generation`.

        Everything is checked, and all that takes room is written, before the first file is touched.
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
            write(self.root / "state.next", json.dumps(state).encode())
            write(self.root / "journal.json", json.dumps({**state, "changes": changes}).encode())
        except BaseException:
            for copy in copies:
                copy.unlink(missing_ok=True)
            raise
        self.recover()
        self._sweep()

    def _sweep(self) -> None:
        """Remove content that an interrupted sync left and none has used since."""
        for path in (self.root / "incoming").iterdir():
            with contextlib.suppress(FileNotFoundError):
                if time.time() - path.stat().st_mtime > _KEPT:
                    path.unlink()

    def recover(self) -> None:
        """Finish the change that the journal describes, if there is one."""
        journal = self.root / "journal.json"
        try:
            data = json.loads(journal.read_bytes())
        except (OSError, ValueError):
            return
        sources = _sources(data["changes"])
        for key, change in data["changes"].items():
            tree = self.code / safe_path(key)
            for path in change["delete"]:
                remove(tree, safe_path(path))
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
        # Bytecode is matched by whole seconds and size: a stamp never comes twice, so that old bytecode never matches.
        os.utime(staged, (stamp, stamp))
        staged.replace(place)
        remove_bytecode(place)

    def complete(self, roots: Mapping[str, Mapping[str, Entry]]) -> tuple[dict[str, Any], set[str]]:
        """Compare what is on disk with what should be.

        Parameters
        ----------
        roots : mapping
            For each key, all paths and their entries.

        Returns
        -------
        tuple
            The changes that lead there, and the hashes that have to be staged for them.
        """
        changes: dict[str, Any] = {}
        missing: set[str] = set()
        for key, files in roots.items():
            tree = self.code / safe_path(key)
            present = {str(p.relative_to(tree)) for p in files_below(tree)}
            put = {path: entry for path, entry in files.items() if not matches(tree / safe_path(path), entry)}
            changes[key] = {"put": put, "delete": sorted(present - files.keys())}
            missing |= {entry[1] for entry in put.values() if entry[0] != "l" and not self.has(entry[1])}
        return changes, missing


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


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
    """Return what is staged for each file: the content, or a numbered copy where several files have the same."""
    sources: dict[tuple[str, str], str] = {}
    uses: dict[str, int] = {}
    for key, change in changes.items():
        for path, (kind, value, _) in change["put"].items():
            if kind != "l":
                number = uses[value] = uses.get(value, -1) + 1
                sources[key, path] = f"{value}.{number}" if number else value
    return sources
