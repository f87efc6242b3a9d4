"""One local folder by content: which files there are and what each contains, with as few reads as possible.

A file is read again only when its status changed, or when it was read so soon after its last change that the clock of
the file system may not tell a later change apart.
"""

from __future__ import annotations

import os
import socket
import stat
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jupyter_pipeline.environments.ignore import IGNORE_FILES, Rules, holds_private_key
from jupyter_pipeline.environments.remote.store import Entry, content_hash, safe_target
from jupyter_pipeline.exceptions import SyncError

__all__ = ["Folder", "Sizes"]

_FINE, _COARSE = 50_000_000, 2_100_000_000  # nanoseconds; the coarsest clock in use, FAT's, ticks every two seconds


@dataclass(frozen=True, slots=True)
class Sizes:
    """Limits of what is sent, in bytes."""

    file: int = 100 * 2**20
    total: int = 2**30


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
    named : bool
        Whether the user named the folder: what does not fit is then an error, otherwise left out with a note.
    use : str
        What it is sent for: one folder may be sent as code and as data.
    """

    source: Path
    paths: tuple[str, ...] = (".",)
    only: tuple[str, ...] = ()
    named: bool = True
    use: str = "code"
    rules: Rules = field(default_factory=Rules)
    sizes: Sizes = field(default_factory=Sizes)
    files: dict[str, Entry] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    """Path and why, for what a user may miss."""
    _known: dict[str, tuple[tuple[int, ...], Entry | None]] = field(default_factory=dict, repr=False)
    _verdicts: dict[str, str] = field(default_factory=dict, repr=False)
    _ignore_files: dict[str, int] = field(default_factory=dict, repr=False)
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
        files: dict[str, Entry] = {}
        self._folder("", files)
        if files == self.files:
            return False
        total = sum(entry[2] for entry in files.values())
        if total > self.sizes.total:
            raise SyncError(
                f"{self.source} has {total / 1e6:,.0f} MB to send, "
                f"more than the limit of {self.sizes.total / 1e6:,.0f} MB. "
                "Name what is not needed in its .gitignore, or raise environment: max_size."
            )
        self.files = files
        self._digest = self._modules = None
        return True

    def _folder(self, prefix: str, files: dict[str, Entry]) -> None:
        here = self.source / prefix
        try:
            with os.scandir(here) as entries:
                found = list(entries)
        except OSError as error:
            raise SyncError(f"{here} cannot be read ({error.strerror}). Nothing was sent.") from error
        self._read_rules(prefix, found)
        for entry in found:
            path = prefix + entry.name
            known = self._known.get(path)
            if known is not None and known[0] == _status(entry.stat(follow_symlinks=False)):
                if known[1] is not None:
                    files[path] = known[1]
                continue
            if not prefix and self.only and entry.name not in self.only:
                continue
            if entry.is_dir(follow_symlinks=False):
                if self._sends(path + "/", entry.path):
                    self._folder(path + "/", files)
            elif self._sends(path, entry.path):
                fresh = self._file(path, entry)
                if fresh is not None:
                    files[path] = fresh

    def _read_rules(self, prefix: str, found: Sequence[os.DirEntry[str]]) -> None:
        for entry in found:
            if entry.name in IGNORE_FILES and entry.is_file() and (not prefix or entry.name == ".gitignore"):
                changed = entry.stat().st_mtime_ns
                if self._ignore_files.get(entry.path) != changed:
                    self._ignore_files[entry.path] = changed
                    self._verdicts.clear()
                    self._known.clear()
                    self.rules.read(prefix, Path(entry.path))

    def _sends(self, path: str, full: str) -> bool:
        verdict = self._verdicts.get(path)
        if verdict is None:
            verdict = self.rules.verdict(path)
            if path.endswith("/") and verdict == "send" and os.path.exists(f"{full}/pyvenv.cfg"):  # noqa: PTH110
                verdict = "ignored"
            self._verdicts[path] = verdict
            if verdict == "secret":
                self.left_out[path] = "looks like a secret"
        return verdict == "send"

    def _file(self, path: str, entry: os.DirEntry[str]) -> Entry | None:
        info = entry.stat(follow_symlinks=False)
        if stat.S_ISLNK(info.st_mode):
            return self._link(path, entry)
        return self._content(path, Path(entry.path), info)

    def _content(self, path: str, full: Path, info: os.stat_result) -> Entry | None:
        if not stat.S_ISREG(info.st_mode):
            return None  # sockets, pipes, devices
        if info.st_size > self.sizes.file:
            self._too_big(path, full, info.st_size)
            return None
        now = time.time_ns()
        try:
            content = full.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise SyncError(
                f"{full} cannot be read ({error.strerror}). Nothing was sent. "
                "Make it readable, or name it in .gitignore."
            ) from error
        result: Entry | None = ["x" if info.st_mode & stat.S_IXUSR else "f", content_hash(content), len(content)]
        if holds_private_key(content) and not self.rules.includes(path):
            self.left_out[path] = "has a private key"
            result = None
        window = _COARSE if info.st_mtime_ns % 1_000_000_000 == 0 else _FINE
        if now - max(info.st_mtime_ns, info.st_ctime_ns) > window:
            self._known[path] = (_status(info), result)
        return result

    def _too_big(self, path: str, full: Path, size: int) -> None:
        if not self.named:
            self.left_out[path] = f"has {size / 1e6:,.0f} MB"
            return
        raise SyncError(
            f"{full} has {size / 1e6:,.0f} MB, more than the limit of {self.sizes.file / 1e6:,.0f} MB a file. "
            "Send data with %cluster upload, name it in .gitignore, or raise environment: max_file_size."
        )

    def _link(self, path: str, entry: os.DirEntry[str]) -> Entry | None:
        """Keep a link within the folder; send the content of a file that a link outside points to."""
        target = os.readlink(entry.path)  # noqa: PTH115 - kept as it is written
        try:
            return ["l", safe_target(path, target), 0]
        except ValueError:
            pass
        try:
            info = entry.stat()
        except OSError:
            self.left_out[path] = "is a link to nothing"
            return None
        if stat.S_ISDIR(info.st_mode):
            self.left_out[path] = "is a link to a folder outside"
            return None
        return self._content(path, Path(entry.path), info)


def _status(info: os.stat_result) -> tuple[int, ...]:
    return (info.st_mtime_ns, info.st_ctime_ns, info.st_size, info.st_ino, info.st_mode)
