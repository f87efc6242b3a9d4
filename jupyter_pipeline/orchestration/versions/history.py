"""Store the versions of deployments on disk: one folder per name, one file per deploy, written once.

``versions/NAME/00001.json`` holds the specification, time and author of a deploy. ``live.json`` holds the number
of the current version on each server. Code and profiles are snapshots, to which the specification points. The open
Prefect server has no versions. Values of environment variables that may be secret are not stored.
"""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import re
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import filelock

from jupyter_pipeline.exceptions import OrchestrationError
from jupyter_pipeline.models import Alert, DeploymentSpec, Record, Schedule
from jupyter_pipeline.paths import read_object, versions_dir, write_object
from jupyter_pipeline.secret_detection import has_secret, is_private_name

__all__ = [
    "KEPT",
    "Version",
    "current_number",
    "current_version",
    "last_server",
    "last_specification",
    "last_version",
    "list_names",
    "list_versions",
    "lock_name",
    "read_current",
    "read_inode",
    "read_state",
    "set_current",
    "store_inode",
    "store_state",
    "store_version",
    "to_specification",
    "unset_current",
]

KEPT = 50
"""Number of versions of a name that are kept, besides the current ones."""

_STATES = "deployed.json"
_INODES = "notebooks.json"
_SLACK = 10
"""Number of versions beyond `KEPT` at which the oldest are removed, so that not every deploy removes some."""
_PATIENCE = 120.0
_MOST_OBJECTS = 8192
_OPTIONS = ("options", "hidden_options")
_ORIGIN = ("commit", "dirty", *_OPTIONS)
"""Fields of a specification that make no version: the same code may be committed later, and the same settings be
written in another way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version(Record):
    """One stored deploy."""

    number: int
    deployed: float
    by: str
    server: str
    """Key of the server, see `Endpoint.key`."""
    previous: int = 0
    """Number of the version that was current before; 0 for none."""
    spec: Mapping[str, Any] = field(default_factory=dict)


@contextlib.contextmanager
def lock_name(name: str) -> Iterator[None]:
    """Hold the lock of a name, so that others wait to deploy it.

    Raises
    ------
    OrchestrationError
        If another process holds the lock for two minutes.
    NewerStateError
        If a newer release has written a file of the name.
    """
    path = _folder(name) / ".lock"
    lock = filelock.FileLock(path, mode=0o600)
    try:
        lock.acquire(timeout=_PATIENCE)
    except filelock.Timeout:
        raise OrchestrationError(
            f"Another deploy of {name!r} has held {path} for two minutes. Stop it, then try again."
        ) from None
    try:
        for file in path.parent.glob("*.json"):  # before anything is changed
            with contextlib.suppress(OSError, ValueError):
                read_object(file)
        yield
    finally:
        lock.release()


def list_names() -> list[str]:
    """Return all names that have versions."""
    return sorted(unquote(folder.name) for folder in versions_dir().iterdir() if folder.is_dir())


def list_versions(name: str, server: str) -> list[Version]:
    """Return the versions of a name on a server, the oldest first."""
    if not (versions_dir() / quote(name, safe="")).is_dir():
        return []
    found = filter(None, (_read(path) for path in _files(name)))
    return [version for version in found if version.server == server]


def last_server(name: str) -> str:
    """Return the server of the last deploy of a name, as in `Target`; empty for the configured server."""
    return str(last_specification(name).get("server", ""))


def last_specification(name: str) -> Mapping[str, Any]:
    """Return the specification of the last deploy of a name as it was stored; empty for none."""
    last = last_version(name)
    return {} if last is None else last.spec


def last_version(name: str) -> Version | None:
    """Return the version of the last deploy of a name on any server, or ``None``."""
    if not (versions_dir() / quote(name, safe="")).is_dir():
        return None
    return next(filter(None, (_read(path) for path in reversed(_files(name)))), None)


def current_number(name: str, server: str) -> int:
    """Return the number of the current version on a server; 0 for none."""
    return _current_numbers(name).get(server, 0)


def current_version(name: str, server: str) -> Version | None:
    """Return the current version on a server, or ``None``."""
    number = current_number(name, server) if (versions_dir() / quote(name, safe="")).is_dir() else 0
    return _read(_path(name, number)) if number else None


def read_current(name: str, server: str) -> tuple[Version | None, Mapping[str, Any]]:
    """Return `current_version` and `read_state` of a name. For long lists: unchanged files are read once."""
    folder = versions_dir() / quote(name, safe="")
    try:
        number = int(_read_unchanged(folder / "live.json").get(server) or 0)
    except (OSError, ValueError, TypeError):
        return None, {}
    if not number:
        return None, {}
    try:
        version = Version.from_dict(_read_unchanged(folder / f"{number:05}.json"))
    except (OSError, ValueError, TypeError):
        return None, {}
    try:
        return version, _read_unchanged(folder / _STATES).get(server) or {}
    except (OSError, ValueError):
        return version, {}


def read_state(name: str, server: str) -> Mapping[str, Any]:
    """Return the state of a deployment on a server after its last deploy; empty if it is unknown."""
    return _read_object(name, _STATES).get(server) or {}


def store_state(name: str, server: str, state: Mapping[str, Any]) -> None:
    """Store the state of a deployment on a server, to find later changes by other programs."""
    write_object(_folder(name) / _STATES, {**_read_object(name, _STATES), server: state})


def read_inode(name: str, notebook: str) -> int:
    """Return the inode of a notebook at its last deploy under a name; 0 if it is unknown."""
    return int(_read_object(name, _INODES).get(notebook) or 0)


def store_inode(name: str, notebook: str) -> None:
    """Store the inode of a deployed notebook, to recognize the file after a rename."""
    with contextlib.suppress(OSError):  # no file: the last known inode stays
        inodes = {**_read_object(name, _INODES), notebook: Path(notebook).stat().st_ino}
        write_object(_folder(name) / _INODES, inodes)


def set_current(name: str, server: str, number: int) -> None:
    """Make a version the current one on a server."""
    write_object(_folder(name) / "live.json", {**_current_numbers(name), server: number})


def unset_current(name: str, server: str) -> None:
    """Leave a name without a current version on a server; its versions stay."""
    if current_number(name, server):
        set_current(name, server, 0)


def store_version(spec: DeploymentSpec, server: str) -> list[Version]:
    """Store a deployed specification as the current version, and return old versions that were removed.

    No version is stored if the current one has the same specification, apart from the commit and the text of the
    options. The text of the options is stored, and the commit if the files have been committed since.
    """
    name, plain = spec.name, _plain(spec)
    now = current_number(name, server)
    files = _files(name)
    current = _read(_path(name, now)) if now else None
    if current is not None and _is_same(current.spec, plain):
        committed = current.spec.get("dirty") and spec.commit and not spec.dirty
        fields = _ORIGIN if committed else _OPTIONS
        latest = {**current.spec, **{key: plain[key] for key in fields}}
        if spec.base:
            latest["base"] = {**current.spec["base"], **{key: plain["base"][key] for key in fields}}
        if latest != current.spec:
            _write(replace(current, spec=latest), name)
        return []
    last = _read(files[-1]) if files else None
    if last is not None and last.number != now and last.server == server and _is_same(last.spec, plain):
        set_current(name, server, last.number)  # a deploy that was interrupted here, tried again
        return []
    number = int(files[-1].stem) + 1 if files else 1
    new = Version(
        number=number,
        deployed=time.time(),
        by=f"{getpass.getuser()}@{socket.gethostname()}",
        server=server,
        previous=now,
        spec=plain,
    )
    _write(new, name)
    set_current(name, server, number)
    return _trim(name) if len(files) > KEPT + _SLACK else []


def to_specification(version: Version, environment: Mapping[str, str] | None = None) -> DeploymentSpec:
    """Return the specification of a version.

    Its schedules do not say if they are active, so that pauses survive a rollback.

    Parameters
    ----------
    version : Version
        The version.
    environment : mapping, optional
        Environment variables of the deployment on the server, from which secret values are taken.
    """
    data = dict(version.spec)
    scheduled = tuple(replace(Schedule.from_dict(each), active=None) for each in data.pop("schedules", ()))
    alerts = tuple(Alert(block=a["block"], events=tuple(a["events"])) for a in data.pop("alerts", ()))
    secret = {name: (environment or {}).get(name) for name, value in data.get("env", {}).items() if value is None}
    data["env"] = {**data.get("env", {}), **secret}
    data["env"] = {name: value for name, value in data["env"].items() if value is not None}
    for name in ("tags", "expected_variables", "after", "hidden_options"):
        data[name] = tuple(data.get(name, ()))
    return replace(DeploymentSpec.from_dict(data), schedules=scheduled, alerts=alerts)


def _is_same(spec: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return True if two specifications differ in the commit of their files at most."""

    def strip(data: Mapping[str, Any]) -> dict[str, Any]:
        return {key: strip(value) if key == "base" else value for key, value in data.items() if key not in _ORIGIN}

    return strip(spec) == strip(other)


def _write(version: Version, name: str) -> None:
    path = _path(name, version.number)
    write_object(path, version.to_dict(), indent=1)
    path.chmod(0o400)


def _plain(spec: DeploymentSpec) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(json.dumps(spec.to_dict()))
    for part in (data, data["base"]):
        part["env"] = {
            name: None if is_private_name(name) or has_secret(name, value) else value
            for name, value in part.get("env", {}).items()
        }
    return data


def _trim(name: str) -> list[Version]:
    """Remove the oldest versions that are current on no server, and return them."""
    current = set(_current_numbers(name).values())
    removed = []
    for path in _files(name)[:-KEPT]:
        version = _read(path)
        if version is not None and version.number not in current:
            path.unlink(missing_ok=True)
            removed.append(version)
    return removed


def _read_object(name: str, file: str) -> dict[str, Any]:
    """Return the object in a file of a name; empty if there is none."""
    try:
        return read_object(versions_dir() / quote(name, safe="") / file)
    except (OSError, ValueError):
        return {}


_unchanged: dict[str, tuple[tuple[int, int, int], Mapping[str, Any]]] = {}
"""Last read objects by path, each with inode, size and modification time of its file."""


def _read_unchanged(path: Path) -> Mapping[str, Any]:
    """Return the object in a file, which is parsed once as long as it does not change."""
    info = path.stat()
    stamp = (info.st_ino, info.st_size, info.st_mtime_ns)
    key = str(path)
    if key in _unchanged and _unchanged[key][0] == stamp:
        return _unchanged[key][1]
    found = read_object(path)
    if len(_unchanged) >= _MOST_OBJECTS:
        _unchanged.clear()
    _unchanged[key] = (stamp, found)
    return found


def _current_numbers(name: str) -> dict[str, int]:
    try:
        found = read_object(_folder(name) / "live.json")
        return {str(server): int(number) for server, number in found.items()}
    except (FileNotFoundError, ValueError, TypeError):
        return {}


def _folder(name: str) -> Path:
    folder = versions_dir() / quote(name, safe="")
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def _path(name: str, number: int) -> Path:
    return _folder(name) / f"{number:05}.json"


def _files(name: str) -> list[Path]:
    with os.scandir(_folder(name)) as entries:
        return sorted(Path(entry.path) for entry in entries if re.fullmatch(r"\d+\.json", entry.name))


def _read(path: Path) -> Version | None:
    """Return a stored version, or ``None`` if the file cannot be read."""
    try:
        return Version.from_dict(read_object(path))
    except (OSError, ValueError, TypeError):
        return None
