"""What the embedded service keeps on disk, all of it below ``paths.service_dir()`` with mode 0600.

``service.json`` is written by the supervisor alone and tells every other process what runs and where; it stays after
the end, since it remembers the port. ``secrets.json`` is made once. ``prefect/`` is the home of the Prefect server.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from jupyter_pipeline.models import WORK_POOL, ProcessIdentity, Record
from jupyter_pipeline.paths import service_dir, write_private

__all__ = [
    "WORK_POOL",
    "Secrets",
    "ServiceState",
    "last_seen",
    "log_path",
    "note_seen",
    "read_secrets",
    "read_state",
    "write_state",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceState(Record):
    """The service as its supervisor last wrote it."""

    state: str
    """``starting``, ``running``, ``failing``, ``stopped``."""
    reason: str = ""
    detail: str = ""
    """What it is doing now, for who waits."""
    port: int = 0
    started: float = 0.0
    restarts: int = 0
    database: str = "sqlite"
    """``sqlite`` or ``postgresql``."""
    supervisor: ProcessIdentity | None = None
    children: Mapping[str, ProcessIdentity] = field(default_factory=dict)
    """``server`` and ``worker``."""

    @property
    def api_url(self) -> str:
        """Address of the REST API."""
        return f"http://127.0.0.1:{self.port}/api"

    @property
    def ui_url(self) -> str:
        """Address of Prefect's own pages."""
        return f"http://127.0.0.1:{self.port}"

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild the identities too."""
        supervisor = data.get("supervisor")
        return cls(
            **{
                k: data[k]
                for k in ("state", "reason", "detail", "port", "started", "restarts", "database")
                if k in data
            },
            supervisor=ProcessIdentity.from_dict(supervisor) if supervisor else None,
            children={k: ProcessIdentity.from_dict(v) for k, v in (data.get("children") or {}).items()},
        )


@dataclass(frozen=True, slots=True)
class Secrets:
    """What protects the API and the stored blocks."""

    auth: str = field(repr=False)
    """``user:password`` of the API."""
    encryption_key: str = field(repr=False)
    """Fernet key of what the server stores encrypted."""


def log_path() -> Path:
    """Return the log of the supervisor and of what it starts."""
    return service_dir() / "service.log"


def read_state() -> ServiceState | None:
    """Return what the supervisor last wrote, or ``None`` where no service ever ran or the file cannot be used."""
    try:
        return ServiceState.from_dict(json.loads((service_dir() / "service.json").read_bytes()))
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None


def write_state(state: ServiceState) -> None:
    """Replace the record."""
    write_private(service_dir() / "service.json", json.dumps(state.to_dict(), indent=1))


def last_seen() -> float | None:
    """Return when the service last took up runs, in seconds since the epoch, or ``None`` if it never did."""
    try:
        return (service_dir() / "seen").stat().st_mtime
    except FileNotFoundError:
        return None


def note_seen() -> None:
    """Note that the service takes up runs now."""
    (service_dir() / "seen").touch(mode=0o600)


def read_secrets() -> Secrets:
    """Return the secrets of the service, made on first use."""
    path = service_dir() / "secrets.json"
    try:
        data = json.loads(path.read_bytes())
        return Secrets(auth=data["auth"], encryption_key=data["encryption_key"])
    except FileNotFoundError:
        pass
    from cryptography.fernet import Fernet

    made = Secrets(auth=f"jupyter-pipeline:{secrets.token_urlsafe(32)}", encryption_key=Fernet.generate_key().decode())
    write_private(path, json.dumps({"auth": made.auth, "encryption_key": made.encryption_key}))
    return made
