"""Locations of state files, and functions that write them.

``state_dir()`` contains everything that outlives a process: ``JUPYTER_PIPELINE_STATE`` if it is set, otherwise
``$XDG_STATE_HOME/jupyter-pipeline``, otherwise ``~/.local/state/jupyter-pipeline``. Several hosts may share it, so
only plain files and renames are used there. Unix sockets are in ``runtime_dir()``: they do not work on a shared
file system, and their paths are limited to 107 bytes.

This module imports the standard library only.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import socket
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_pipeline import environment_variables
from jupyter_pipeline.exceptions import ConfigurationError, NewerStateError, UsageError

__all__ = [
    "FORMAT",
    "check_name",
    "clusters_dir",
    "dump_line",
    "environments_dir",
    "fits_socket",
    "ledger_dir",
    "parse_object",
    "private_dir",
    "read_object",
    "read_setting",
    "rehearsals_dir",
    "reports_dir",
    "runs_dir",
    "runtime_dir",
    "service_dir",
    "serving_dir",
    "snapshots_dir",
    "state_dir",
    "versions_dir",
    "write_object",
    "write_private",
]

FORMAT = 1
"""Format of state files, their key ``format``. A release that older ones would misread has the next number.

Files without the key have format 1.
"""
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_SOCKET_LENGTH = 107  # `sun_path` of unix(7), without its final null byte
_LONGEST_SOCKET = 48  # such as postgresql-0123456789ab/.s.PGSQL.5432.lock
_NAME_LENGTH = 63  # a DNS label, which is what most batch systems and Kubernetes accept


def check_name(kind: str, name: str) -> str:
    """Return `name` if it is safe as a file name, a batch job name and a URL segment.

    Raises
    ------
    UsageError
        If `name` is empty, is longer than 63 characters, contains ``..``, contains other characters than letters,
        digits, ``.``, ``_`` and ``-``, or does not start and end with a letter or digit.
    """
    if not isinstance(name, str):
        raise UsageError(f"{name!r} cannot be the name of a {kind}: it is not text.")
    if len(name) > _NAME_LENGTH or not _NAME.fullmatch(name) or ".." in name:
        shown = ascii(name if len(name) <= 40 else name[:40] + "…")
        raise UsageError(
            f"{shown} cannot be the name of a {kind}: use 1 to {_NAME_LENGTH} letters, digits, "
            "'.', '_' or '-'. Start and end with a letter or digit."
        )
    return name


def private_dir(path: Path) -> Path:
    """Create `path` with mode 0700 if it is absent, and return it.

    Raises
    ------
    ConfigurationError
        If `path` cannot be created or belongs to another user.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        info = path.lstat()
    except OSError as error:
        raise ConfigurationError(
            str(path),
            "",
            f"cannot be created ({error.strerror})",
            "Set JUPYTER_PIPELINE_STATE to a folder that you own.",
        ) from error
    if not stat.S_ISDIR(path.stat().st_mode) or info.st_uid != os.getuid():
        raise ConfigurationError(
            str(path), "", "is not a folder that you own", "Remove it, or choose another location."
        )
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        path.chmod(0o700)
    return path


def state_dir() -> Path:
    """Return the state folder. It is created with mode 0700 if needed."""
    chosen = os.environ.get(environment_variables.STATE)
    if chosen:
        return private_dir(Path(chosen).expanduser().absolute())
    base = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return private_dir(Path(base).expanduser().absolute() / "jupyter-pipeline")


def clusters_dir() -> Path:
    """Return the folder of the cluster registry, which has one folder per cluster (0700)."""
    return private_dir(state_dir() / "clusters")


def service_dir() -> Path:
    """Return the folder of the embedded Prefect service (0700)."""
    return private_dir(state_dir() / "service")


def serving_dir() -> Path:
    """Return the folder with a record of each process that serves a deployment (0700)."""
    return private_dir(state_dir() / "serving")


def snapshots_dir() -> Path:
    """Return the folder of code snapshots, named by content hash (0700)."""
    return private_dir(state_dir() / "snapshots")


def environments_dir() -> Path:
    """Return the folder of locked environments, named by a hash of their lock (0700)."""
    return private_dir(state_dir() / "environments")


def rehearsals_dir() -> Path:
    """Return the folder of the files that rehearsals change, with one folder for each rehearsal (0700)."""
    return private_dir(state_dir() / "rehearsals")


def reports_dir() -> Path:
    """Return the folder with the outputs of runs, with one folder for each deployment (0700)."""
    return private_dir(state_dir() / "reports")


def runs_dir() -> Path:
    """Return the folder with the logs of runs, with one folder for each run (0700)."""
    return private_dir(state_dir() / "runs")


def ledger_dir() -> Path:
    """Return the folder of the ledger, which has the usage of all clusters (0700)."""
    return private_dir(state_dir() / "ledger")


def versions_dir() -> Path:
    """Return the folder of deployed versions, by deployment name (0700)."""
    return private_dir(state_dir() / "versions")


def runtime_dir() -> Path:
    """Return the folder for Unix sockets on this host (0700).

    It is in ``XDG_RUNTIME_DIR``, or else in the temporary folder, under a name that another user cannot take first. The
    state folder has its path, so that processes with other environment variables find it. A removed folder is replaced.

    Raises
    ------
    ConfigurationError
        If no folder can be created, or every path is too long for a socket.
    """
    host = private_dir(state_dir() / "hosts" / (re.sub(r"[^A-Za-z0-9._-]", "_", socket.gethostname()) or "localhost"))
    stored = host / "runtime"
    if (found := _read_runtime(stored)) is not None:
        return found
    with (host / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # processes of this host only
        if (found := _read_runtime(stored)) is None:
            found = _create_runtime()
            write_private(stored, f"{found}\n")
    return found


def _read_runtime(stored: Path) -> Path | None:
    """Return the folder of sockets that `stored` names, ``None`` if it cannot be used."""
    try:
        path = Path(stored.read_text(encoding="utf-8").strip())
        info = path.lstat()
    except (OSError, ValueError):
        return None
    is_private = stat.S_ISDIR(info.st_mode) and info.st_uid == os.getuid() and not stat.S_IMODE(info.st_mode) & 0o077
    return path if is_private and path.is_absolute() and _fits_sockets(path) else None


def _create_runtime() -> Path:
    base = os.environ.get("XDG_RUNTIME_DIR", "")
    if base and os.access(base, os.W_OK) and _fits_sockets(path := Path(base, "jupyter-pipeline")):
        with contextlib.suppress(ConfigurationError):
            return private_dir(path)
    for parent in dict.fromkeys((tempfile.gettempdir(), "/tmp", "/var/tmp")):  # noqa: S108 - mkdtemp creates a new name
        if _fits_sockets(Path(parent, "jupyter-pipeline-12345678")):
            with contextlib.suppress(OSError):
                return Path(tempfile.mkdtemp(prefix="jupyter-pipeline-", dir=parent))
    raise ConfigurationError(
        tempfile.gettempdir(),
        "",
        f"has no room for a socket: its path is too long (a socket has at most {_SOCKET_LENGTH} bytes), or the folder "
        "is not writable",
        "Set TMPDIR or XDG_RUNTIME_DIR to a folder with a short path.",
    )


def fits_socket(path: Path) -> bool:
    """Return True if a Unix socket can have this path, whose length is limited."""
    return len(os.fsencode(path)) <= _SOCKET_LENGTH


def _fits_sockets(folder: Path) -> bool:
    """Return True if the longest socket of this package can be in `folder`."""
    return fits_socket(folder / ("x" * _LONGEST_SOCKET))


def read_object(path: Path) -> dict[str, Any]:
    """Return the JSON object in a state file, without its format.

    Raises
    ------
    FileNotFoundError
        If there is no file.
    ValueError
        If its content is not a JSON object.
    NewerStateError
        If a newer release has written it.
    """
    return parse_object(path.read_bytes(), path)


def parse_object(text: str | bytes, path: Path | str) -> dict[str, Any]:
    """Return the JSON object in the text of a state file, or of one line of it, without its format.

    Parameters
    ----------
    text : str or bytes
        Content of the file or the line.
    path : Path or str
        The file, for the message.

    Raises
    ------
    ValueError
        If the text is not a JSON object.
    NewerStateError
        If a newer release has written it.
    """
    try:
        found = json.loads(text)
    except RecursionError as error:
        raise ValueError(f"{path} is nested too deeply") from error
    if not isinstance(found, dict):
        raise ValueError(f"{path} contains no JSON object")
    form = found.pop("format", FORMAT)
    if isinstance(form, bool) or not isinstance(form, int):
        raise ValueError(f"{path} has the format {form!r}")
    if form > FORMAT:
        raise NewerStateError(str(path), form, FORMAT)
    return found


def write_object(path: Path, content: Mapping[str, Any], *, indent: int | None = None) -> None:
    """Replace a state file by a JSON object with its format, as `write_private` does.

    Raises
    ------
    NewerStateError
        If a newer release has written the file. It is not changed.
    """
    with contextlib.suppress(OSError, ValueError):  # absent or damaged: it is written anew
        read_object(path)
    write_private(path, json.dumps({"format": FORMAT, **content}, indent=indent))


def dump_line(content: Mapping[str, Any]) -> bytes:
    """Return a JSON object with its format as one line of a state file, without the end of the line."""
    return json.dumps({"format": FORMAT, **content}).encode()


def read_setting(path: Path, remedy: str) -> dict[str, Any]:
    """Return the JSON object in a file of settings, which must not be ignored; empty if there is no file.

    Parameters
    ----------
    path : Path
        File of settings.
    remedy : str
        Next step for a damaged file, as one sentence.

    Raises
    ------
    ConfigurationError
        If the file is damaged or unreadable.
    """
    try:
        return read_object(path)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConfigurationError(str(path), "", f"is damaged ({error})", remedy) from error


def write_private(path: Path, content: str | bytes) -> None:
    """Replace the content of `path` atomically, with mode 0600.

    A reader sees the old or the new content, never a part. The new file is flushed to disk before the rename, so
    that a full disk leaves the old file unchanged.
    """
    data = content.encode() if isinstance(content, str) else content
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mkstemp gives 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
