"""Track the files of one local folder by content, with as few reads as possible.

A directory is evaluated again only if the status of one of its entries has changed. A file is read again only in two
cases: its own status has changed, or it was read so soon after its last change that a later change could have the same
time stamp.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import stat
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

from jupyter_pipeline.environments.capture.archives import is_archive, list_archive_modules
from jupyter_pipeline.environments.capture.git_index import GitIndex
from jupyter_pipeline.environments.capture.ignore import IGNORE_FILES, IgnoreRules, has_private_key
from jupyter_pipeline.environments.capture.size_limits import SizeLimits, file_error, total_error, total_reason
from jupyter_pipeline.environments.plugins.content import Entry, content_hash, safe_target
from jupyter_pipeline.exceptions import SyncError
from jupyter_pipeline.units import format_bytes

__all__ = ["SENSITIVE", "Folder"]

SENSITIVE = "looks like a secret"

Status = tuple[int, int, int, int, int]
"""Modification time and change time in nanoseconds, size in bytes, inode and mode."""

_FINE, _COARSE = 50_000_000, 2_100_000_000  # nanoseconds; FAT has the coarsest time stamps, of two seconds
_VIRTUAL: Status = (0, 0, 0, 0, stat.S_IFDIR)
"""Status of a folder that exists only above a mounted file."""


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
        Entries for the workers' search path: ``"."`` for the folder, ``".."`` for its parent, otherwise a path in it,
        such as ``lib.zip``.
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
    mounts : mapping of str to str
        Files and folders from other places, by their path in this folder. An import hook may load a module from a
        place that does not match its name.
    imported : mapping of str to str
        Paths in this folder, by name of the module that was imported from it. These files are sent although ignore
        files exclude them.
    """

    source: Path
    paths: tuple[str, ...] = (".",)
    only: tuple[str, ...] = ()
    beside: bool = False
    named: bool = True
    use: str = "code"
    rules: IgnoreRules = field(default_factory=IgnoreRules)
    sizes: SizeLimits = field(default_factory=SizeLimits)
    mounts: Mapping[str, str] = field(default_factory=dict)
    imported: Mapping[str, str] = field(default_factory=dict)
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
    _index: GitIndex | None = None
    _evidence: frozenset[str] = frozenset()
    """Files that are sent although ignore files exclude them, and the folders above them."""
    _imported_from: frozenset[str] = frozenset()
    """Folders with imported modules."""
    _evident: tuple[object, object] = ((), ())
    """Sources of `_evidence`."""

    def __post_init__(self) -> None:
        """Order the mounts so that a path belongs to the innermost one."""
        self.mounts = dict(sorted(self.mounts.items(), key=lambda mount: -len(mount[0])))

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
        short = {".": self.key, "..": self.key.partition("/")[0]}
        return [short.get(p) or f"{self.key}/{p}" for p in self.paths]

    @property
    def modules(self) -> list[str]:
        """Top-level modules that can be imported from the folder."""
        if self._modules is None:
            found = {self.name} if ".." in self.paths else set()
            if "." in self.paths:
                found |= {path.partition("/")[0].partition(".")[0] for path in self.files if not is_archive(path)}
            for path in self.paths:
                if path not in (".", ".."):
                    found |= list_archive_modules(str(self.source), path)
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
        return Path(self.locate(path)).read_bytes()

    def locate(self, path: str) -> str:
        """Return the absolute path of a file or a folder of this folder."""
        for mount, place in self.mounts.items():
            if path == mount or path.startswith(f"{mount}/"):
                return f"{place}{path[len(mount) :]}"
        return f"{self.source}/{path}"

    def explain_absence(self, path: str) -> str:
        """Return the reason why the last refresh left out the file at `path`; an empty string if it is sent."""
        if path in self.files or self.files.keys() & {place.rstrip("/") for place in _folders_above([path])}:
            return ""  # the file, or a link above it
        for place in (path, *sorted(_folders_above([path]), key=len, reverse=True), ""):
            if place in self.left_out:
                return self.left_out[place]
        return "is not in the files that are sent"

    def refresh(self) -> bool:
        """Update `files`, and return True if any of them changed.

        Raises
        ------
        SyncError
            A file cannot be read, or the user named the folder and a limit is exceeded.
        """
        self._collect_evidence()
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

    def _collect_evidence(self) -> None:
        """Update the files that are sent although ignore files exclude them."""
        if self.use != "code":
            return
        if self._index is None:
            self._index = GitIndex(self.source)
        sources = (self.imported, self._index.list_ignored())
        if sources == self._evident:
            return
        self._evident = sources
        self._imported_from = _folders_above(self.imported.values())
        tracked = sources[1]
        self._evidence = self._imported_from | _folders_above(tracked) | {*self.imported.values(), *tracked}
        self._forget_verdicts()

    def _forget_verdicts(self) -> None:
        self._verdicts.clear()
        self._directories = {}
        self.rules.close_folders()

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
            elif stat.S_ISDIR(state[4]) or (stat.S_ISLNK(state[4]) and self._follows(path)):
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
        here = self.locate(prefix)
        only = () if prefix or not self.only else (*self.only, *IGNORE_FILES)
        try:
            found = _list_directory(here, only)
            return self._add_mounts(prefix, found) if self.mounts else found
        except (FileNotFoundError, NotADirectoryError):
            if prefix:
                return self._add_mounts(prefix, [])
            raise SyncError(f"{self.source} is gone. Nothing was sent.") from None
        except OSError as error:
            raise SyncError(
                f"{here} cannot be read ({error.strerror}). Nothing was sent. "
                "Make it readable, or name it in .gitignore."
            ) from error

    def _add_mounts(self, prefix: str, found: list[tuple[str, Status]]) -> list[tuple[str, Status]]:
        """Return the names in a directory with those that are mounted there."""
        names = dict(found)
        for mount, place in self.mounts.items():
            if not mount.startswith(prefix):
                continue
            name, _, rest = mount[len(prefix) :].partition("/")
            if rest:
                names.setdefault(name, _VIRTUAL)
                continue
            with contextlib.suppress(OSError):
                names[name] = _status(os.stat(place))  # noqa: PTH116 - as in `_list_directory`
        return list(names.items())

    def _follows(self, path: str) -> bool:
        """Return True if the link at `path` is a folder outside with code that is imported through the link."""
        full = self.locate(path)
        if not os.path.isdir(full):  # noqa: PTH112 - False for circular links
            return False
        if f"{path}/" not in self._evidence and not ("/" not in path and path in self.only and _is_package(full)):
            return False
        target = os.path.realpath(full) + "/"
        above = os.path.realpath(os.path.dirname(full)) + "/"  # noqa: PTH120
        return not above.startswith(target) and not target.startswith(os.path.realpath(self.source) + "/")

    def _read_rules(self, prefix: str, found: list[tuple[str, Status]]) -> None:
        if self.use != "code":
            return
        names = IGNORE_FILES[:1] if prefix else IGNORE_FILES
        present = sorted(item for item in found if item[0] in names and not stat.S_ISDIR(item[1][4]))
        if present == self._ignore_files.get(prefix, []):
            return
        here = Path(self.locate(prefix))
        try:
            self.rules.read(prefix, [here / name for name in names if any(name == n for n, _ in present)])
        except OSError as error:
            raise SyncError(f"{error.filename} cannot be read ({error.strerror}). Nothing was sent.") from error
        self._ignore_files[prefix] = present
        self._forget_verdicts()

    def _sends(self, path: str, level: _Directory) -> bool:
        if self.only and "/" not in path.rstrip("/") and path.rstrip("/") not in self.only:
            return False
        verdict = self._verdicts.get(path)
        if verdict is None:
            verdict = self.rules.classify(path)
            if path.endswith("/") and verdict == "send" and Path(self.locate(path), "pyvenv.cfg").exists():
                verdict = "cache"
            elif verdict in ("ignored", "cache") and (path in self._evidence or _is_built(path, verdict)):
                if verdict == "ignored" and path in self._imported_from:
                    self.rules.open_folder(path)  # the modules and data beside an imported module may be needed
                verdict = "send"
            self._verdicts[path] = verdict
        if verdict != "send":
            reason = self._reason(path, verdict)
            if reason:
                level.left_out[path] = reason
        return verdict == "send"

    def _reason(self, path: str, verdict: str) -> str:
        """Return the reason for leaving out a file or folder that a user may expect; otherwise an empty string."""
        if verdict == "secret":
            return SENSITIVE
        if path in self._evidence and verdict == "excluded":
            return "is imported here, and the option exclude names it"
        code = path.endswith(".py") or f"{path.rpartition('/')[0]}/" in self._evidence
        if verdict == "ignored" and self.use == "code" and code and not path.endswith("/"):
            return "is excluded by an ignore file; the option include sends it"
        return ""

    def _entry(self, path: str, state: Status, level: _Directory) -> tuple[Entry | None, str]:
        """Return the entry of a file, or ``None`` and the reason for leaving it out."""
        known = self._known.get(path)
        if known is not None and known[0] == state:
            return known[1], known[2]
        full = Path(self.locate(path))
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
        with contextlib.suppress(ValueError):
            target = safe_target(path, os.readlink(full))  # noqa: PTH115 - kept as it is written
            if self._is_sent(os.path.normpath(f"{path.rpartition('/')[0]}/{target}").lstrip("/"), full):
                return ["l", target, 0], ""
        level.settled = False  # the target may change while the link does not
        try:
            info = full.stat()
        except OSError as error:
            return None, "is a circular link" if error.errno == errno.ELOOP else "is a link to nothing"
        if stat.S_ISDIR(info.st_mode):
            return None, "is a link to a folder outside"
        return self._content(path, full, _status(info), level)

    def _is_sent(self, target: str, link: Path) -> bool:
        """Return True if `target`, the path in this folder to which `link` points, is sent with it."""
        parts = target.split("/")
        if self.only and target and parts[0] not in self.only:
            return False
        if not link.exists():
            return _is_dangling(link)
        end = "/" if link.is_dir() else ""
        paths = [*("/".join(parts[:n]) + "/" for n in range(1, len(parts))), "/".join(parts) + end]
        return target in ("", ".") or all(self.rules.classify(p) == "send" or p in self._evidence for p in paths)


def _folders_above(paths: Iterable[str]) -> frozenset[str]:
    """Return the folders that hold `paths`, directly or indirectly, with a slash at the end."""
    return frozenset(path[: n + 1] for path in paths for n, sign in enumerate(path) if sign == "/")


def _is_package(folder: str) -> bool:
    return os.path.isfile(f"{folder}/__init__.py")  # noqa: PTH113


def _is_dangling(link: Path) -> bool:
    """Return True if a link points to nothing, and False if it points to itself."""
    try:
        link.stat()
    except OSError as error:
        return error.errno != errno.ELOOP
    return False


def _is_built(path: str, verdict: str) -> bool:
    """Return True for an ignored extension module or shared library that this interpreter could load."""
    if verdict != "ignored" or path.endswith("/"):
        return False
    name = path.rpartition("/")[2]
    if ".cpython-" in name or ".pypy" in name or ".cp3" in name:
        return name.endswith(tuple(suffix for suffix in EXTENSION_SUFFIXES if suffix.count(".") > 1))
    return name.endswith((".so", ".pyd", ".dylib")) or ".so." in name


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
