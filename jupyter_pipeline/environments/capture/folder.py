"""One local folder by content: which files there are and what each contains, with as few reads as possible.

Each level, a folder without what is below it, is decided anew only when the status of something in it changed. A file
is read again only when its own did, or when it was read so soon after its last change that the clock of the file
system may not tell a later change apart.
"""

from __future__ import annotations

import os
import socket
import stat
import time
from dataclasses import dataclass, field
from pathlib import Path

from jupyter_pipeline.environments.capture.directory_listing import Status, is_text, listing, status
from jupyter_pipeline.environments.capture.ignore import IGNORE_FILES, Rules, holds_private_key
from jupyter_pipeline.environments.capture.size_limits import Sizes, file_error, total_error, total_reason
from jupyter_pipeline.environments.plugins.content import Entry, content_hash, safe_target
from jupyter_pipeline.exceptions import SyncError

__all__ = ["Folder"]

_FINE, _COARSE = 50_000_000, 2_100_000_000  # nanoseconds; the coarsest clock in use, FAT's, ticks every two seconds


@dataclass(slots=True)
class _Level:
    """One folder, without what is below it, as it was decided."""

    status: list[tuple[str, Status]]
    files: dict[str, Entry] = field(default_factory=dict)
    below: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    settled: bool = True
    """Whether an unchanged status means unchanged content."""
    size: int = 0
    """Of `files`, in bytes."""


class _TooMuchError(Exception):
    """The limit of all that is sent is exceeded."""


@dataclass
class Folder:
    """A folder that is kept equal on the cluster.

    Parameters
    ----------
    source : Path
        The folder, absolute.
    paths : tuple of str
        What goes on the workers' search path: ``"."`` for the folder, ``".."`` for what holds it.
    only : tuple of str
        Names at the top that are sent; all when empty.
    beside : bool
        Whether whatever can be imported at the top is in `only`: what is not has been deleted.
    named : bool
        Whether the user named the folder: what does not fit is then an error, otherwise left out with a note.
    use : str
        ``code``, where ignore files are followed, or something else: one folder may be sent as code and as data.
    """

    source: Path
    paths: tuple[str, ...] = (".",)
    only: tuple[str, ...] = ()
    beside: bool = False
    named: bool = True
    use: str = "code"
    rules: Rules = field(default_factory=Rules)
    sizes: Sizes = field(default_factory=Sizes)
    files: dict[str, Entry] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    """Path and why, for what a user may miss."""
    _levels: dict[str, _Level] = field(default_factory=dict, repr=False)
    _known: dict[str, tuple[Status, Entry | None, str]] = field(default_factory=dict, repr=False)
    """What each file was, and why it was left out if it was."""
    _verdicts: dict[str, str] = field(default_factory=dict, repr=False)
    _ignore_files: dict[str, list[tuple[str, Status]]] = field(default_factory=dict, repr=False)
    _digest: str | None = None
    _modules: list[str] | None = None

    @property
    def key(self) -> str:
        """The folder's name on the cluster: two folders of one name differ in it."""
        return f"{content_hash(f'{socket.gethostname()}:{self.use}:{self.source}'.encode())[:12]}/{self.name}"

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.source.name

    @property
    def search_path(self) -> list[str]:
        """Entries for the search path, relative to where all synced folders are."""
        return [self.key if p == "." else self.key.partition("/")[0] for p in self.paths]

    @property
    def modules(self) -> list[str]:
        """Names of the top-level modules that can be imported from it."""
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
        """Bring `files` up to date and return whether anything changed.

        Raises
        ------
        SyncError
            If a file cannot be read, or the folder was named and something exceeds the limits.
        """
        try:
            levels = self._look_everywhere()
            if levels is None:
                return False
            files = {path: entry for level in levels.values() for path, entry in level.files.items()}
            self.left_out = {path: why for level in levels.values() for path, why in level.left_out.items()}
        except _TooMuchError:
            if self.named:
                raise total_error(self.source, self.sizes, self.use) from None
            levels, files, self.left_out = {}, {}, {"": total_reason(self.sizes)}
        self._levels = levels
        if files == self.files:
            return False
        self.files = files
        self._digest = self._modules = None
        return True

    def _look_everywhere(self) -> dict[str, _Level] | None:
        """Return all levels by prefix; ``None`` if nothing in any of them changed."""
        levels: dict[str, _Level] = {}
        waiting = [""]
        same = True
        room = self.sizes.total
        while waiting:
            prefix = waiting.pop()
            level = levels[prefix] = self._look(prefix, room)
            same = same and level is self._levels.get(prefix)
            waiting += level.below
            room -= level.size
        if room < 0:
            raise _TooMuchError
        return None if same and len(levels) == len(self._levels) else levels

    def _look(self, prefix: str, room: int) -> _Level:
        """Return the level below `prefix`: the known one if nothing in it changed.

        Nothing is read of a file that `room`, in bytes, does not hold.
        """
        found = self._scan(prefix)
        self._read_rules(prefix, found)
        known = self._levels.get(prefix)
        if known is not None and known.settled and known.status == found:
            return known
        level = _Level(found)
        for name, state in found:
            path = prefix + name
            if not name.isascii() and not is_text(name):
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

    def _scan(self, prefix: str) -> list[tuple[str, Status]]:
        """Return the names in a folder with their status; a sync that finds no change spends its time here."""
        here = f"{self.source}/{prefix}"
        only = () if prefix or not self.only else (*self.only, *IGNORE_FILES)
        try:
            return listing(here, only)
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
        self._levels = {}

    def _sends(self, path: str, level: _Level) -> bool:
        if self.only and "/" not in path.rstrip("/") and path.rstrip("/") not in self.only:
            return False
        verdict = self._verdicts.get(path)
        if verdict is None:
            verdict = self.rules.verdict(path)
            if path.endswith("/") and verdict == "send" and (self.source / path / "pyvenv.cfg").exists():
                verdict = "ignored"
            self._verdicts[path] = verdict
        if verdict == "secret":
            level.left_out[path] = "looks like a secret"
        return verdict == "send"

    def _entry(self, path: str, state: Status, level: _Level) -> tuple[Entry | None, str]:
        """Return what is sent of a file, or why nothing is."""
        known = self._known.get(path)
        if known is not None and known[0] == state:
            return known[1], known[2]
        full = self.source / path
        if stat.S_ISLNK(state[4]):
            return self._link(path, full, level)
        return self._content(path, full, state, level)

    def _content(self, path: str, full: Path, state: Status, level: _Level) -> tuple[Entry | None, str]:
        changed, touched, size, _, mode = state
        if not stat.S_ISREG(mode):
            return None, ""  # sockets, pipes, devices
        if size > self.sizes.file:
            if self.named:
                raise file_error(full, size, self.sizes, self.use)
            return None, f"has {size / 1e6:,.0f} MB"
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
        if holds_private_key(content) and not self.rules.includes(path):
            result, why = None, "has a private key"
        window = _COARSE if changed % 1_000_000_000 == 0 else _FINE
        if now - max(changed, touched) > window:
            self._known[path] = (state, result, why)
        else:
            level.settled = False
        return result, why

    def _link(self, path: str, full: Path, level: _Level) -> tuple[Entry | None, str]:
        """Keep a link within the folder; send the content of a file that a link outside points to."""
        try:
            target = os.readlink(full)  # noqa: PTH115 - kept as it is written
            return ["l", safe_target(path, target), 0], ""
        except ValueError:
            level.settled = False  # what it points to may change without it
        try:
            info = full.stat()
        except OSError:
            return None, "is a link to nothing"
        if stat.S_ISDIR(info.st_mode):
            return None, "is a link to a folder outside"
        return self._content(path, full, status(info), level)
