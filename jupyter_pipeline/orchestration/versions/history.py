"""What was deployed under each name: a folder a name, a file a deploy, written once.

``versions/NAME/00001.json`` holds the specification of a deploy, when and by whom it was made; ``live.json`` says for
each server which of them is live. Code and profiles are snapshots, to which the specification points. Prefect's open
server keeps no versions. What may be secret in an environment variable is not kept here.
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
from jupyter_pipeline.paths import versions_dir, write_private

__all__ = [
    "KEPT",
    "Version",
    "forget",
    "live",
    "locked",
    "make_live",
    "names",
    "reference",
    "remember",
    "specification",
    "versions",
]

KEPT = 50
"""Versions of a name that are kept, and those that are live."""

_SLACK = 10
"""Versions beyond `KEPT` at which the oldest are removed, so that not each deploy has to look."""
_PATIENCE = 120.0
_SECRET = re.compile(r"SECRET|TOKEN|PASSW|CREDENTIAL|AUTH|API_?KEY|PRIVATE", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version(Record):
    """One deploy, as it is stored."""

    number: int
    deployed: float
    by: str
    server: str
    """Key of the server, see `Endpoint.key`."""
    previous: int = 0
    """The version that was live until then; 0 for none."""
    spec: Mapping[str, Any] = field(default_factory=dict)


@contextlib.contextmanager
def locked(name: str) -> Iterator[None]:
    """Keep others that deploy the same name waiting.

    Raises
    ------
    OrchestrationError
        If another deploy takes minutes.
    """
    path = _folder(name) / ".lock"
    lock = filelock.FileLock(path, mode=0o600)
    try:
        lock.acquire(timeout=_PATIENCE)
    except filelock.Timeout:
        raise OrchestrationError(
            f"Another deploy of {name!r} has taken minutes. End it, then try again (it holds {path})."
        ) from None
    try:
        yield
    finally:
        lock.release()


def names() -> list[str]:
    """Return the names that were ever deployed from here."""
    return sorted(unquote(folder.name) for folder in versions_dir().iterdir() if folder.is_dir())


def versions(name: str, server: str) -> list[Version]:
    """Return the versions of a name on a server, the oldest first."""
    if not (versions_dir() / quote(name, safe="")).is_dir():
        return []
    found = filter(None, (_read(path) for path in _files(name)))
    return [version for version in found if version.server == server]


def reference(name: str) -> str:
    """Return the server to which a name was deployed last, as its target names it; empty: the configured one."""
    if not (versions_dir() / quote(name, safe="")).is_dir():
        return ""
    last = next(filter(None, (_read(path) for path in reversed(_files(name)))), None)
    return "" if last is None else str(last.spec.get("server", ""))


def live(name: str, server: str) -> int:
    """Return the number of the version that is live on a server; 0 for none."""
    return _live(name).get(server, 0)


def make_live(name: str, server: str, number: int) -> None:
    """Note that a version is live on a server."""
    write_private(_folder(name) / "live.json", json.dumps({**_live(name), server: number}))


def forget(name: str, server: str) -> None:
    """Note that nothing is live under this name; its versions stay."""
    if live(name, server):
        make_live(name, server, 0)


def remember(spec: DeploymentSpec, server: str) -> list[Version]:
    """Store what has become live, unless it was already, and return versions that were removed for it."""
    name, plain = spec.name, _plain(spec)
    now = live(name, server)
    files = _files(name)
    if now and (current := _read(_path(name, now))) is not None and current.spec == plain:
        return []
    last = _read(files[-1]) if files else None
    if last is not None and last.number != now and (last.server, last.spec) == (server, plain):
        make_live(name, server, last.number)  # a deploy that was interrupted here, tried again
        return []
    number = int(files[-1].stem) + 1 if files else 1
    made = Version(
        number=number,
        deployed=time.time(),
        by=f"{getpass.getuser()}@{socket.gethostname()}",
        server=server,
        previous=now,
        spec=plain,
    )
    write_private(_path(name, number), json.dumps(made.to_dict(), indent=1))
    _path(name, number).chmod(0o400)
    make_live(name, server, number)
    return _trimmed(name) if len(files) > KEPT + _SLACK else []


def specification(version: Version, environment: Mapping[str, str] | None = None) -> DeploymentSpec:
    """Return what a version was deployed from; what was secret is taken from `environment`.

    Whether a schedule is paused is no matter of the version: it is left as it is.
    """
    data = dict(version.spec)
    scheduled = tuple(replace(Schedule.from_dict(each), active=None) for each in data.pop("schedules", ()))
    alerts = tuple(Alert(block=a["block"], events=tuple(a["events"])) for a in data.pop("alerts", ()))
    secret = {name: (environment or {}).get(name) for name, value in data.get("env", {}).items() if value is None}
    data["env"] = {**data.get("env", {}), **secret}
    data["env"] = {name: value for name, value in data["env"].items() if value is not None}
    data["tags"] = tuple(data.get("tags", ()))
    return replace(DeploymentSpec.from_dict(data), schedules=scheduled, alerts=alerts)


def _plain(spec: DeploymentSpec) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(json.dumps(spec.to_dict()))
    for part in (data, data["base"]):
        part["env"] = {name: None if _SECRET.search(name) else value for name, value in part.get("env", {}).items()}
    return data


def _trimmed(name: str) -> list[Version]:
    """Remove the oldest versions that are live nowhere, and return them."""
    kept = set(_live(name).values())
    removed = []
    for path in _files(name)[:-KEPT]:
        version = _read(path)
        if version is not None and version.number not in kept:
            path.unlink(missing_ok=True)
            removed.append(version)
    return removed


def _live(name: str) -> dict[str, int]:
    try:
        found = json.loads((_folder(name) / "live.json").read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return {str(server): int(number) for server, number in found.items()}


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
    """Return a stored version, or ``None`` where it cannot be read."""
    try:
        return Version.from_dict(json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
