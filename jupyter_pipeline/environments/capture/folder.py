"""Track the files of one local folder by content, with as few reads as possible.

A directory is evaluated again only if the status of one of its entries has changed. A file is read again only in two
cases: its own status has changed, or it was read so soon after its last change that a later change could have the same
time stamp.
"""

from __future__ import annotations

import os
import socket
import stat
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from jupyter_pipeline.environments.capture.ignore import IGNORE_FILES, IgnoreRules, has_private_key
from jupyter_pipeline.environments.capture.size_limits import SizeLimits, file_error, total_error, total_reason
from jupyter_pipeline.environments.plugins.content import Entry, content_hash, safe_target
from jupyter_pipeline.exceptions import SyncError
from jupyter_pipeline.units import format_bytes

__all__ = ["Folder"]

Status = tuple[int, int, int, int, int]
"""Modification time and change time in nanoseconds, size in bytes, inode and mode."""

_FINE, _COARSE = 50_000_000, 2_100_000_000  # nanoseconds; FAT has the coarsest time stamps, of two seconds


@dataclass(slots=True)
class _Directory:
    """One directory without its subdirectories: its status and the files to send."""

    status: list[tuple[str, Status]]
    files: dict[str, Entry] = field(default_factory=dict)
    below: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    settled: bool = True
    """True if an unchanged status proves unchanged content."""
    size: int = 0
    """Total size of `files`, in bytes."""


class _TooMuchError(Exception):
    """The limit for the total size is exceeded."""


@dataclass
class Folder:
    """A local folder that is synced to the cluster.

    Parameters
    ----------
    source : Path
        The folder, absolute.
    paths : tuple of str
        Entries for the workers' search path: ``"."`` for the folder, ``".."`` for its parent.
    only : tuple of str
        Top-level names that are sent; all names if empty.
    beside : bool
        True if `only` has every top-level module of the folder. Other modules on the cluster are then deleted.
    named : bool
        True if the user named the folder. A file over the limits is then an error, otherwise it is left out.
    use : str
        ``code`` applies ignore files. Any other value does not, so that a folder can be sent as code and as data.
    rules : IgnoreRules
        Rules for files that are not sent.
    sizes : SizeLimits
        Limits in bytes.
    """

    source: Path
    paths: tuple[str, ...] = (".",)
    only: tuple[str, ...] = ()
    beside: bool = False
    named: bool = True
    use: str = "code"
    rules: IgnoreRules = field(default_factory=IgnoreRules)
    sizes: SizeLimits = field(default_factory=SizeLimits)
    files: dict[str, Entry] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    """Reasons by path, for files that were not sent and that a user may expect."""
    _directories: dict[str, _Directory] = field(default_factory=dict, repr=False)
    _known: dict[str, tuple[Status, Entry | None, str]] = field(default_factory=dict, repr=False)
    """Status, entry, and reason for leaving it out, by path."""
    _verdicts: dict[str, str] = field(default_factory=dict, repr=False)
    _ignore_files: dict[str, list[tuple[str, Status]]] = field(default_factory=dict, repr=False)
    _digest: str | None = None
    _modules: list[str] | None = None

    @property
    def key(self) -> str:
        """Name of the folder on the cluster, unique by host, use and path."""
        return f"{content_hash(f'{socket.gethostname()}:{self.use}:{self.source}'.encode())[:12]}/{self.name}"

    @property
    def name(self) -> str:
        """Last component of the path."""
        return self.source.name

    @property
    def search_path(self) -> list[str]:
        """Entries for the search path, relative to the directory of all synced folders."""
        return [self.key if p == "." else self.key.partition("/")[0] for p in self.paths]

    @property
    def modules(self) -> list[str]:
        """Top-level modules that can be imported from the folder."""
        if self._modules is None:
            found = {self.name} if ".." in self.paths else set()
            if "." in self.paths:
                found |= {path.partition("/")[0].partition(".")[0] for path in self.files}
            self._modules = sorted(found)
        return self._modules

    @property
    def digest(self) -> str:
        """Hash of all paths and contents."""
        if self._digest is None:
            self._digest = content_hash(repr(sorted(self.files.items())).encode())
        return self._digest

    def read(self, path: str) -> bytes:
        """Return the content of one of `files`."""
        return (self.source / path).read_bytes()

    def refresh(self) -> bool:
        """Update `files`, and return True if any of them changed.

        Raises
        ------
        SyncError
            A file cannot be read, or the user named the folder and a limit is exceeded.
        """
        try:
            levels = self._scan_tree()
            if levels is None:
                return False
            files = {path: entry for level in levels.values() for path, entry in level.files.items()}
            self.left_out = {path: why for level in levels.values() for path, why in level.left_out.items()}
        except _TooMuchError:
            if self.named:
                raise total_error(self.source, self.sizes, self.use) from None
            levels, files, self.left_out = {}, {}, {"": total_reason(self.sizes)}
        self._directories = levels
        if files == self.files:
            return False
        self.files = files
        self._digest = self._modules = None
        return True

    def _scan_tree(self) -> dict[str, _Directory] | None:
        """Return all directories by prefix, or ``None`` if none of them changed."""
        levels: dict[str, _Directory] = {}
        waiting = [""]
        same = True
        room = self.sizes.total
        while waiting:
            prefix = waiting.pop()
            level = levels[prefix] = self._scan_directory(prefix, room)
            same = same and level is self._directories.get(prefix)
            waiting += level.below
            room -= level.size
        if room < 0:
            raise _TooMuchError
        return None if same and len(levels) == len(self._directories) else levels

    def _scan_directory(self, prefix: str, room: int) -> _Directory:
        """Return the directory at `prefix`; reuse the previous evaluation if nothing in it changed.

        Files larger than `room`, in bytes, are not read.
        """
        found = self._list(prefix)
        self._read_rules(prefix, found)
        known = self._directories.get(prefix)
        if known is not None and known.settled and known.status == found:
            return known
        level = _Directory(found)
        for name, state in found:
            path = prefix + name
            if not name.isascii() and not _is_utf8(name):
                level.left_out[path.encode(errors="backslashreplace").decode()] = "has a name that is not UTF-8"
            elif stat.S_ISDIR(state[4]):
                if self._sends(path + "/", level):
                    level.below.append(path + "/")
            elif self._sends(path, level):
                if stat.S_ISREG(state[4]) and room - level.size < state[2] <= self.sizes.file:
                    raise _TooMuchError
                entry, why = self._entry(path, state, level)
                if entry is not None:
                    level.files[path] = entry
                    level.size += entry[2]
                elif why:
                    level.left_out[path] = why
        return level

    def _list(self, prefix: str) -> list[tuple[str, Status]]:
        """Return the names in a directory with their status. A sync without changes spends most of its time here."""
        here = f"{self.source}/{prefix}"
        only = () if prefix or not self.only else (*self.only, *IGNORE_FILES)
        try:
            return _list_directory(here, only)
        except FileNotFoundError:
            if prefix:
                return []
            raise SyncError(f"{self.source} is gone. Nothing was sent.") from None
        except OSError as error:
            raise SyncError(
                f"{here} cannot be read ({error.strerror}). Nothing was sent. "
                "Make it readable, or name it in .gitignore."
            ) from error

    def _read_rules(self, prefix: str, found: list[tuple[str, Status]]) -> None:
        if self.use != "code":
            return
        names = IGNORE_FILES[:1] if prefix else IGNORE_FILES
        present = sorted(item for item in found if item[0] in names and not stat.S_ISDIR(item[1][4]))
        if present == self._ignore_files.get(prefix, []):
            return
        here = self.source / prefix
        try:
            self.rules.read(prefix, [here / name for name in names if any(name == n for n, _ in present)])
        except OSError as error:
            raise SyncError(f"{error.filename} cannot be read ({error.strerror}). Nothing was sent.") from error
        self._ignore_files[prefix] = present
        self._verdicts.clear()
        self._directories = {}

    def _sends(self, path: str, level: _Directory) -> bool:
        if self.only and "/" not in path.rstrip("/") and path.rstrip("/") not in self.only:
            return False
        verdict = self._verdicts.get(path)
        if verdict is None:
            verdict = self.rules.classify(path)
            if path.endswith("/") and verdict == "send" and (self.source / path / "pyvenv.cfg").exists():
                verdict = "ignored"
            self._verdicts[path] = verdict
        if verdict == "secret":
            level.left_out[path] = "looks like a secret"
        return verdict == "send"

    def _entry(self, path: str, state: Status, level: _Directory) -> tuple[Entry | None, str]:
        """Return the entry of a file, or ``None`` and the reason for leaving it out."""
        known = self._known.get(path)
        if known is not None and known[0] == state:
            return known[1], known[2]
        full = self.source / path
        if stat.S_ISLNK(state[4]):
            return self._link(path, full, level)
        return self._content(path, full, state, level)

    def _content(self, path: str, full: Path, state: Status, level: _Directory) -> tuple[Entry | None, str]:
        changed, touched, size, _, mode = state
        if not stat.S_ISREG(mode):
            return None, ""  # sockets, pipes, devices
        if size > self.sizes.file:
            if self.named:
                raise file_error(full, size, self.sizes, self.use)
            return None, f"has {format_bytes(size)}"
        now = time.time_ns()
        try:
            content = full.read_bytes()
        except FileNotFoundError:
            return None, ""
        except OSError as error:
            raise SyncError(
                f"{full} cannot be read ({error.strerror}). Nothing was sent. "
                "Make it readable, or name it in .gitignore."
            ) from error
        result: Entry | None = ["x" if mode & stat.S_IXUSR else "f", content_hash(content), len(content)]
        why = ""
        if has_private_key(content) and not self.rules.includes(path):
            result, why = None, "has a private key"
        window = _COARSE if changed % 1_000_000_000 == 0 else _FINE
        if now - max(changed, touched) > window:
            self._known[path] = (state, result, why)
        else:
            level.settled = False
        return result, why

    def _link(self, path: str, full: Path, level: _Directory) -> tuple[Entry | None, str]:
        """Return the entry of a symbolic link. A link to a file outside the folder is sent as a file."""
        try:
            target = os.readlink(full)  # noqa: PTH115 - kept as it is written
            return ["l", safe_target(path, target), 0], ""
        except ValueError:
            level.settled = False  # the target may change while the link does not
        try:
            info = full.stat()
        except OSError:
            return None, "is a link to nothing"
        if stat.S_ISDIR(info.st_mode):
            return None, "is a link to a folder outside"
        return self._content(path, full, _status(info), level)


def _list_directory(folder: str, only: Collection[str] = ()) -> list[tuple[str, Status]]:
    """Return the names in `folder`, or only the names in `only`, with their status. Links are not followed."""
    found = []
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with os.scandir(descriptor) as entries:  # paths relative to a descriptor are cheaper to resolve
            for entry in entries:
                if only and entry.name not in only:
                    continue
                try:
                    found.append((entry.name, _status(entry.stat(follow_symlinks=False))))
                except FileNotFoundError:  # a temporary file of an editor
                    continue
    finally:
        os.close(descriptor)
    return found


def _status(info: os.stat_result) -> Status:
    """Return the values that change when a file changes."""
    return (info.st_mtime_ns, info.st_ctime_ns, info.st_size, info.st_ino, info.st_mode)


def _is_utf8(name: str) -> bool:
    """Return True if `name` can be encoded. Python decodes other bytes of file names to lone surrogates."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
