"""Record the files that a rehearsal opens, by an audit hook.

Files of the interpreter, of packages, of the system, and hidden files of the home folder are left out: they are no data
of the notebook. Files of the working folder are kept wherever it is.
"""

from __future__ import annotations

import base64
import hashlib
import os
import runpy
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .backup import Backup

__all__ = ["FileAccess", "describe_content"]

_MOST_FILES = 2000
_MOST_BYTES = 8_000_000
"""Bytes of a file whose content before a write is compared."""
_MOST_TEXT = 200_000
"""Bytes of a text file that are stored to show a difference."""
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_REPLACING = {"os.remove": (1, 1), "os.rename": (2, 2), "os.truncate": (1, 2)}
"""Number of paths, and position of the open folders that they are relative to, by event."""
_EVENTS = {"open", "sqlite3.connect", *_REPLACING}
_BINARIES = (".pyc", ".so", ".pyd", ".pth")
_SYSTEM = (
    "/proc", "/sys", "/dev", "/usr", "/etc", "/lib", "/lib64", "/bin", "/sbin", "/run", "/snap", "/nix", "/boot",
    "/var/lib", "/var/cache", "/var/run", "/opt/conda", "/System", "/Library",
)  # fmt: skip
_DATA_SETS = ("scikit_learn_data", "nltk_data", "seaborn-data")
"""Folders of the home folder in which libraries keep data sets that they download."""
_SETTINGS = (
    "PREFECT_HOME", "MPLCONFIGDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "SCIKIT_LEARN_DATA",
    "SEABORN_DATA", "NLTK_DATA", "HF_HOME", "TRANSFORMERS_CACHE", "TORCH_HOME", "KERAS_HOME", "TFDS_DATA_DIR",
    "NUMBA_CACHE_DIR", "DASK_CONFIG", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "CONDA_PREFIX",
)  # fmt: skip


class FileAccess:
    """Files that the pipeline reads and writes.

    Parameters
    ----------
    folder : str
        Folder of the pipeline's code.
    find_cell : callable
        Function that returns the current cell.
    backup : Backup, optional
        Backup that copies each file before its first change.
    """

    def __init__(self, folder: str, find_cell: Callable[[], int], backup: Backup | None = None) -> None:
        self._backup = backup
        self.reads: dict[str, int] = {}
        """Cell by path of each file that was read before it was written."""
        self.writes: dict[str, dict[str, Any]] = {}
        """Cell, and the state before, by path of each written file."""
        self._written: set[str] = set()
        self._find_cell, self._on, self._busy = find_cell, False, threading.local()
        self._working_folder = os.path.realpath(Path.cwd()) + os.sep
        self._ignored = _find_ignored_folders(folder)
        self._temporary = f"{os.path.realpath(tempfile.gettempdir())}{os.sep}tmp"

    def start(self) -> None:
        """Begin to record."""
        sys.addaudithook(self._hook)
        self._on = True

    def stop(self) -> None:
        """End to record; an audit hook cannot be removed."""
        self._on = False

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in _EVENTS or not self._on or getattr(self._busy, "on", False):
            return
        self._busy.on = True
        try:
            if event in _REPLACING:
                self._protect_replaced(event, arguments)
            else:
                self._record(event, arguments)
        except Exception:  # noqa: BLE001, S110 - an audit hook that raises would stop the open
            pass
        finally:
            self._busy.on = False

    def _protect_replaced(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Copy the files that the run removes, renames or truncates."""
        count, folders = _REPLACING[event]
        for name, folder in zip(arguments[:count], [*arguments[folders:], -1, -1], strict=False):
            if isinstance(name, str | bytes | os.PathLike):
                # A file may be named relative to an open folder.
                base = f"/proc/self/fd/{folder}" if isinstance(folder, int) and folder >= 0 else ""
                self._protect(os.path.realpath(Path(base, os.fsdecode(name))))

    def _protect(self, path: str) -> None:
        if self._backup is not None and not self._is_ignored(path) and not path.startswith(self._temporary):
            self._backup.protect(path)

    def _record(self, event: str, arguments: tuple[Any, ...]) -> None:
        name = arguments[0]
        if not isinstance(name, str | bytes | os.PathLike):
            return
        text = os.fsdecode(name)
        if text.endswith(_BINARIES) or (text.startswith(self._ignored) and not text.startswith(self._working_folder)):
            return  # most opens are imports; resolving their paths would take longer than the rest
        path = os.path.realpath(text)
        if self._is_ignored(path):
            return
        mode = arguments[1] if event == "open" and len(arguments) > 1 else None
        flags = arguments[2] if event == "open" and len(arguments) > 2 and isinstance(arguments[2], int) else 0
        writing = any(c in mode for c in "wax+") if isinstance(mode, str) else bool(flags & _WRITING)
        if event == "sqlite3.connect":
            self._protect(path)  # the library of C writes later
            if not Path(path).is_file():
                return
        if path in self._written:
            return
        if not writing:
            if path not in self.reads and len(self.reads) < _MOST_FILES and Path(path).is_file():
                self.reads[path] = self._find_cell()
            return
        if Path(path).is_dir():  # `tempfile` opens the folder of a temporary file
            return
        self._protect(path)
        self._written.add(path)
        if len(self.writes) < _MOST_FILES and not path.startswith(self._temporary):
            appends = "a" in mode if isinstance(mode, str) else bool(flags & os.O_APPEND)
            self.writes[path] = {"cell": self._find_cell(), "appends": appends, **describe_content(Path(path))}

    def _is_ignored(self, path: str) -> bool:
        """Return True for a file of an ignored folder; the folder that is nearest to the file decides."""
        if (
            path.endswith(_BINARIES)
            or f"{os.sep}__pycache__{os.sep}" in path
            or f"{os.sep}site-packages{os.sep}" in path
        ):
            return True
        nearest = max((folder for folder in self._ignored if path.startswith(folder)), key=len, default="")
        if path.startswith(self._working_folder) and len(self._working_folder) > len(nearest):
            return False
        return bool(nearest) or (path.endswith(".py") and not path.startswith(self._working_folder))


def _find_ignored_folders(folder: str) -> tuple[str, ...]:
    """Return the folders without data of the notebook, each with a separator at its end."""
    roots = {sys.prefix, sys.base_prefix, sys.exec_prefix, folder, *sysconfig.get_paths().values(), *_SYSTEM}
    roots |= {str(Path(path).resolve()) for path in sys.path if "site-packages" in path or "dist-packages" in path}
    roots.add(str(Path(__file__).resolve().parents[2]))  # profiles of this package: a step may start a cluster
    home = Path.home()
    roots |= {str(home / name) for name in _DATA_SETS}
    # The interpreter of the runs may lack this package; the module imports nothing.
    state = runpy.run_path(str(Path(__file__).parents[2] / "environment_variables.py"))["STATE"]
    roots |= {os.environ[name] for name in (*_SETTINGS, state) if os.environ.get(name)}
    found = {f"{os.path.realpath(root)}{os.sep}" for root in roots if root not in ("", os.sep)}
    # Hidden folders and files of the home folder are settings and caches.
    return (*sorted(found), f"{os.path.realpath(home)}{os.sep}.")


def describe_content(path: Path, suffix: str = "") -> dict[str, Any]:
    """Return the size of a file, a digest of its content, and the content of a picture or of a short text.

    Parameters
    ----------
    path : Path
        The file or a copy of it.
    suffix : str
        Suffix of the file, if `path` is a copy.
    """
    if not path.is_file():
        return {"size": None}
    size = path.stat().st_size
    if not 0 < size <= _MOST_BYTES:
        return {"size": size}
    content = path.read_bytes()
    state = {"size": size, "digest": hashlib.sha256(content).hexdigest()}
    if (suffix or path.suffix).lower() in _PICTURES:
        return {**state, "picture": base64.b64encode(content).decode()}
    if size <= _MOST_TEXT:
        try:
            return {**state, "text": content.decode()}
        except UnicodeDecodeError:
            return state
    return state
