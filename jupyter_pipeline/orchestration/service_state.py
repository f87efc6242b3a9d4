"""Read and write the files of the embedded service in ``paths.service_dir()``, with mode 0600.

The supervisor alone writes ``service.json``, from which other processes read state and port. The file stays after a
stop, to keep the port. ``secrets.json`` is created once. ``prefect/`` is the home of the Prefect server.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from jupyter_pipeline.exceptions import ConfigurationError
from jupyter_pipeline.models import WORK_POOL, ProcessIdentity, Record
from jupyter_pipeline.paths import read_object, read_setting, service_dir, write_object

__all__ = [
    "HOSTS",
    "WORK_POOL",
    "Polls",
    "Secrets",
    "ServiceState",
    "caught_up_until",
    "get_change_stamp",
    "lock_path",
    "log_path",
    "note_caught_up",
    "note_change",
    "read_heartbeat",
    "read_polls",
    "read_secrets",
    "read_state",
    "replace_password",
    "write_heartbeat",
    "write_polls",
    "write_state",
]

_PLAIN_FIELDS = (
    "state",
    "reason",
    "detail",
    "port",
    "started",
    "restarts",
    "database",
    "runs_per_minute",
    "settings",
)
HOSTS = ("127.0.0.1", "localhost", "::1")
"""Names of this host in an address of the service. The server listens on the first; a client tries the others, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceState(Record):
    """State of the service as its supervisor last wrote it."""

    state: str
    """``starting``, ``running``, ``failing``, ``stopped``."""
    reason: str = ""
    detail: str = ""
    """Current step, shown to callers that wait."""
    port: int = 0
    started: float = 0.0
    restarts: int = 0
    database: str = "sqlite"
    """``sqlite`` or ``postgresql``."""
    runs_per_minute: int = 0
    """Scheduled runs of the next half hour, for each minute."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the server that differ from the defaults, by key of ``service.yaml``."""
    supervisor: ProcessIdentity | None = None
    children: Mapping[str, ProcessIdentity] = field(default_factory=dict)
    """``server``, ``worker``, and if they run ``postgresql``, ``redis`` and ``services``."""

    @property
    def api_url(self) -> str:
        """Address of the REST API."""
        return f"http://127.0.0.1:{self.port}/api"

    @property
    def ui_url(self) -> str:
        """Address of Prefect's own pages."""
        return f"http://127.0.0.1:{self.port}"

    def has_address(self, url: str) -> bool:
        """Return True if `url` is an address of the REST API."""
        parts = urlsplit(url)
        try:
            is_port = self.port != 0 and parts.port == self.port
        except ValueError:  # a port that is no number
            return False
        return is_port and parts.hostname in HOSTS and parts.path.rstrip("/") == "/api"

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the state that `data` describes, with its process identities."""
        supervisor = data.get("supervisor")
        return cls(
            **{k: data[k] for k in _PLAIN_FIELDS if k in data},
            supervisor=ProcessIdentity.from_dict(supervisor) if supervisor else None,
            children={k: ProcessIdentity.from_dict(v) for k, v in (data.get("children") or {}).items()},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Polls:
    """Polls of the worker for due runs, in seconds since the epoch."""

    since: float
    """First poll after the last gap."""
    last: float
    """Last poll that the server answered."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """Secrets that protect the API and the stored blocks."""

    auth: str = field(repr=False)
    """``user:password`` of the API."""
    encryption_key: str = field(repr=False)
    """Fernet key with which the server encrypts blocks."""


def log_path() -> Path:
    """Return the path of the log of the supervisor and its child processes."""
    return service_dir() / "service.log"


def lock_path() -> Path:
    """Return the path of the file that the supervisor locks while it runs."""
    return service_dir() / "supervisor.lock"


def write_heartbeat() -> None:
    """Record that the supervisor runs, in seconds since the epoch. Other hosts see the process by this alone."""
    _write_quickly(service_dir() / "heartbeat", repr(time.time()))


def read_heartbeat() -> float | None:
    """Return the time of the supervisor's last heartbeat by the clock of its host, or ``None`` if there is none."""
    try:
        return float((service_dir() / "heartbeat").read_text())
    except (FileNotFoundError, ValueError):
        return None


def note_change() -> None:
    """Record that this user's programs have changed something on a Prefect server, for processes that show it."""
    # Without a state folder or on a full disk, other processes ask the server at intervals.
    with contextlib.suppress(OSError, ConfigurationError):
        _write_quickly(service_dir() / "changed", repr(time.time()))


def get_change_stamp() -> tuple[int, ...]:
    """Return a value that changes after `note_change` and with the state of the service."""
    stamps = []
    for name in ("changed", "service.json"):
        try:
            stamps.append((service_dir() / name).stat().st_mtime_ns)
        except OSError:
            stamps.append(0)
    return tuple(stamps)


def read_state() -> ServiceState | None:
    """Return the state of the service, or ``None`` if the file is absent or damaged.

    Raises
    ------
    NewerStateError
        If a newer release has written it.
    """
    try:
        return ServiceState.from_dict(read_object(service_dir() / "service.json"))
    except (FileNotFoundError, ValueError, TypeError, KeyError, AttributeError):
        return None


def write_state(state: ServiceState) -> None:
    """Replace the state file."""
    write_object(service_dir() / "service.json", state.to_dict(), indent=1)


def caught_up_until() -> float | None:
    """Return the time until which each scheduled time has started or was skipped; ``None`` before the first start.

    Times are in seconds since the epoch.
    """
    try:
        return (service_dir() / "caught-up").stat().st_mtime
    except FileNotFoundError:
        return None


def note_caught_up(until: float) -> None:
    """Record that each scheduled time until `until` has started or was skipped."""
    path = service_dir() / "caught-up"
    path.touch(mode=0o600)
    os.utime(path, (until, until))


def read_polls() -> Polls | None:
    """Return the record of the worker's polls, or ``None`` if there is none."""
    try:
        since, last = (service_dir() / "polls").read_text().split()
        return Polls(since=float(since), last=float(last))
    except (FileNotFoundError, ValueError):
        return None


def write_polls(polls: Polls) -> None:
    """Replace the record of the worker's polls."""
    _write_quickly(service_dir() / "polls", f"{polls.since!r} {polls.last!r}")


def _write_quickly(path: Path, text: str) -> None:
    """Replace a file that changes every few seconds. It is not flushed: after a crash of the host, it may be empty."""
    new = path.with_name(f".{path.name}")
    new.touch(mode=0o600)
    new.write_text(text)
    new.replace(path)


def read_secrets() -> Secrets:
    """Return the secrets of the service; create them on first use.

    Raises
    ------
    ConfigurationError
        If the file is damaged. It is not replaced, because the database needs its encryption key.
    """
    path = service_dir() / "secrets.json"
    remedy = "Restore the file. Or stop the service, remove the file, and add the addresses of alerts again."
    if (data := read_setting(path, remedy)) or path.exists():
        found = Secrets(auth=data.get("auth") or "", encryption_key=data.get("encryption_key") or "")
        if not all(value and isinstance(value, str) for value in (found.auth, found.encryption_key)):
            raise ConfigurationError(str(path), "", "is damaged (a key is missing)", remedy)
        return found
    from cryptography.fernet import Fernet

    made = Secrets(auth=_make_auth(), encryption_key=Fernet.generate_key().decode())
    _write_secrets(made)
    return made


def replace_password() -> Secrets:
    """Replace the password of the API, and return the new secrets. The encryption key is not changed."""
    new = Secrets(auth=_make_auth(), encryption_key=read_secrets().encryption_key)
    _write_secrets(new)
    return new


def _make_auth() -> str:
    return f"jupyter-pipeline:{secrets.token_urlsafe(32)}"


def _write_secrets(new: Secrets) -> None:
    content = {"auth": new.auth, "encryption_key": new.encryption_key}
    write_object(service_dir() / "secrets.json", content)
