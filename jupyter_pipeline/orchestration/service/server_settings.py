"""Settings of the Prefect server of the service: ``jupyter_pipeline/service.yaml`` in Jupyter's configuration folders.

A key of the user replaces the key of the environment, which replaces the key of the system. `SETTINGS` is the one
table of keys. ``up --workers`` and ``up --broker`` replace two of them; ``settings.json`` keeps both for later starts.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.version import Version

from jupyter_pipeline.exceptions import ConfigurationError, ServiceError, UsageError, suggest
from jupyter_pipeline.orchestration.service import database
from jupyter_pipeline.paths import read_setting, write_object
from jupyter_pipeline.secret_detection import has_secret, read_settings

__all__ = [
    "LOCAL",
    "SETTINGS",
    "Setting",
    "check_broker",
    "check_processes",
    "check_workers",
    "count_connections",
    "find_settings",
    "read_options",
    "render_reference",
    "write_options",
]

LOCAL = database.LOCAL
"""Choice of a Redis server that the service starts itself."""
_FILE = "service.yaml"
_WAY_OUT = "Write a variable, such as redis://:${REDIS_PASSWORD}@HOST."
_MOST_WORKERS = 32
_POOL_SIZE, _MAX_OVERFLOW = 5, 10
"""Defaults of Prefect."""
_OLDEST_PREFECT = Version("3.7.4")
"""Oldest version that prefect-redis 0.3 supports; earlier ones have no storage of leases outside one process."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A key of ``service.yaml``."""

    kind: type[int] | type[float] | type[bool] | type[str]
    meaning: str
    variable: str = ""
    """Setting of Prefect; empty for one of the service."""
    least: float = 0
    most: float = 1_000_000


SETTINGS: Mapping[str, Setting] = {
    "workers": Setting(int, "number of server processes", least=1, most=_MOST_WORKERS),
    "broker": Setting(str, "Redis server through which they exchange events: local, or an address"),
    "pool_size": Setting(
        int,
        "connections to the database that each process keeps",
        "PREFECT_SERVER_DATABASE_SQLALCHEMY_POOL_SIZE",
        least=1,
        most=1000,
    ),
    "max_overflow": Setting(
        int,
        "further connections of each process under load",
        "PREFECT_SERVER_DATABASE_SQLALCHEMY_MAX_OVERFLOW",
        most=1000,
    ),
    "database_timeout": Setting(float, "seconds for a statement", "PREFECT_SERVER_DATABASE_TIMEOUT", least=1),
    "connection_timeout": Setting(
        float, "seconds for a new connection to the database", "PREFECT_SERVER_DATABASE_CONNECTION_TIMEOUT", least=1
    ),
    "keep_alive_timeout": Setting(
        int, "seconds that an unused HTTP connection stays open", "PREFECT_SERVER_API_KEEPALIVE_TIMEOUT", least=1
    ),
    "graceful_shutdown": Setting(int, "seconds for open requests at a stop", least=1, most=7200),
    "max_requests": Setting(int, "requests after which a server process is replaced", least=100, most=10**9),
    "csrf_protection": Setting(bool, "CSRF tokens of the API", "PREFECT_SERVER_CSRF_PROTECTION_ENABLED"),
    "scheduler_interval": Setting(
        float, "seconds between two rounds of the scheduler", "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS", least=1
    ),
    "scheduler_max_runs": Setting(
        int,
        "runs that the scheduler creates ahead for a deployment",
        "PREFECT_SERVER_SERVICES_SCHEDULER_MAX_RUNS",
        least=3,
        most=10_000,
    ),
    "late_after": Setting(
        int, "seconds after which a run is late", "PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS", least=1
    ),
    "report_runs": Setting(int, "reports that are kept of each deployment; by default 100", least=1),
    "report_days": Setting(float, "days for which reports are kept; by default 90", least=1),
    "report_size": Setting(float, "GiB of all reports that are kept; by default 5", least=0.01),
}
"""The keys of ``service.yaml``."""


def find_settings(home: Path, *, workers: int | None = None, broker: str = "") -> dict[str, Any]:
    """Return the settings of a start: of ``service.yaml``, of the last ``up`` with options, and of this one.

    Parameters
    ----------
    home : Path
        Folder of the service.
    workers : int, optional
        Value of ``--workers``.
    broker : str
        Value of ``--broker``; empty for none.

    Raises
    ------
    ConfigurationError
        If a file has an unknown key or a value of another kind.
    UsageError
        If a value of an option cannot be used.
    """
    from jupyter_core.paths import jupyter_config_path

    found: dict[str, Any] = {}
    for folder in reversed(list(jupyter_config_path())):
        path = Path(folder) / "jupyter_pipeline" / _FILE
        if path.is_file():
            found |= _check(read_settings(path, _WAY_OUT), str(path))
    found |= read_options(home)
    if workers is not None:
        found["workers"] = check_workers(workers)
    if broker:
        found["broker"] = check_broker(broker)
    if found.get("workers", 1) == 1:
        if broker:
            raise UsageError("--broker is for several server processes. Add --workers 2, or more.")
        if "max_requests" in found:
            raise ConfigurationError(_FILE, "max_requests", "needs several server processes", "Add workers: 2.")
    return found


def read_options(home: Path) -> dict[str, Any]:
    """Return the values of options that an earlier ``up`` has stored.

    Raises
    ------
    ConfigurationError
        If the file is damaged.
    """
    path = home / "settings.json"
    return _check(read_setting(path, "Remove it, and repeat the options: jupyter pipeline up --workers N"), str(path))


def write_options(home: Path, *, workers: int | None, broker: str) -> None:
    """Store the values of options for later starts."""
    new: dict[str, Any] = {} if workers is None else {"workers": workers}
    stored = read_options(home) | new | ({"broker": broker} if broker else {})
    if stored != read_options(home):
        write_object(home / "settings.json", stored)


def check_workers(workers: int) -> int:
    """Return the value of ``--workers`` if it can be used.

    Raises
    ------
    UsageError
        If it is out of bounds.
    """
    if not 1 <= workers <= _MOST_WORKERS:
        raise UsageError(f"--workers takes a number from 1 to {_MOST_WORKERS}, not {workers}.")
    return workers


def check_broker(broker: str) -> str:
    """Return the value of ``--broker`` if it can be used.

    Raises
    ------
    UsageError
        If it is neither ``local`` nor an address of Redis, or it contains a password.
    """
    if broker == LOCAL:
        return broker
    if not re.match(r"(rediss?|rediss?\+sentinel|unix)://", broker):
        raise UsageError("--broker takes local, or an address such as redis://HOST:6379/0.")
    if has_secret("broker", broker):
        raise UsageError(
            "The address of --broker contains a password, and every user of this host can read argument lists. Write "
            "'redis://:${VARIABLE}@HOST:6379/0' in single quotes."
        )
    return broker


def check_processes(workers: int, choice: str) -> None:
    """Check that several server processes can run, before anything is started.

    Parameters
    ----------
    workers : int
        Number of server processes.
    choice : str
        Choice of the database; empty for SQLite.

    Raises
    ------
    ServiceError
        If the database is SQLite, Prefect is too old, or prefect-redis is missing.
    """
    if workers == 1:
        return
    if not choice:
        raise ServiceError(
            "Several server processes need PostgreSQL, because SQLite allows one writer at a time. Add --postgres "
            "local, or start one process: --workers 1"
        )
    installed = importlib.metadata.version("prefect")
    if Version(installed) < _OLDEST_PREFECT:
        raise ServiceError(
            f"Prefect {installed} cannot run several server processes. Install Prefect {_OLDEST_PREFECT} or later, or "
            "start one process: --workers 1"
        )
    if importlib.util.find_spec("prefect_redis") is None:
        raise ServiceError(
            "Several server processes need prefect-redis, which is not installed. Install it: "
            'pip install "jupyter_pipeline[team]", or start one process: --workers 1'
        )


def render_reference() -> str:
    """Return the keys of ``service.yaml`` as a Markdown table."""
    rows = [
        f"| `{key}` | {setting.meaning} | {f'`{setting.variable}`' if setting.variable else ''} |"
        for key, setting in SETTINGS.items()
    ]
    return "\n".join(["| Key | Meaning | Setting of Prefect |", "|---|---|---|", *rows, ""])


def count_connections(settings: Mapping[str, Any]) -> int:
    """Return the number of connections that the processes of the server may open to the database."""
    each = settings.get("pool_size", _POOL_SIZE) + settings.get("max_overflow", _MAX_OVERFLOW)
    # The services are a process, too. Listeners and programs of the user have connections of their own.
    return int((settings.get("workers", 1) + 1) * (each + 2) + 20)


def _check(content: Any, source: str) -> dict[str, Any]:
    """Return the settings in the content of a file."""
    if not isinstance(content, Mapping):
        raise ConfigurationError(source, "", "does not contain keys", f"The keys are {', '.join(SETTINGS)}.")
    for key, value in content.items():
        setting = SETTINGS.get(key)
        if setting is None:
            near = suggest(str(key), SETTINGS)
            fix = f"Did you mean {near[0]}?" if near else f"The keys are {', '.join(SETTINGS)}."
            raise ConfigurationError(source, str(key), "is not a setting of the service", fix)
        _check_value(setting, key, value, source)
    return dict(content)


def _check_value(setting: Setting, key: str, value: Any, source: str) -> None:
    if setting.kind is str:
        try:
            check_broker(str(value))
        except UsageError as error:
            raise ConfigurationError(source, key, "cannot be used", str(error).replace("--broker", key)) from None
        return
    if setting.kind is bool:
        if not isinstance(value, bool):
            raise ConfigurationError(source, key, f"is {value!r}", "Write true or false.")
        return
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or (setting.kind is int and not isinstance(value, int)):
        fix = "Write a whole number." if setting.kind is int else "Write a number."
        raise ConfigurationError(source, key, f"is {value!r}", fix)
    if not setting.least <= value <= setting.most:
        raise ConfigurationError(
            source, key, f"is {value}", f"Write a number from {setting.least:g} to {setting.most:g}."
        )
