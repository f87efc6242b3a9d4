"""The environment of the service's processes (pure).

Prefect is set up through variables alone: nothing of the user's own Prefect configuration reaches the service, and
no secret appears in an argument list.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from jupyter_pipeline.orchestration.service_state import Secrets

__all__ = ["DATABASE", "MARK", "server_environment", "worker_environment"]

MARK = "JUPYTER_PIPELINE_SERVICE"
"""Variable by which every process of a service is found; its value is the service's folder."""

DATABASE = "JUPYTER_PIPELINE_DATABASE_URL"
"""Variable with the address of the server's database, where that is not the SQLite file; it may hold a password."""

_KERNEL_ONLY = ("MPLBACKEND", "JPY_PARENT_PID", "JPY_SESSION_NAME", "JPY_API_TOKEN", "PYDEVD_USE_FRAME_EVAL")
"""Variables of a kernel that mislead a process which is not one: its plotting backend, its parent, its session."""


def _base(environ: Mapping[str, str], home: Path, state_dir: Path) -> dict[str, str]:
    kept = {k: v for k, v in environ.items() if not k.startswith("PREFECT_") and k not in (*_KERNEL_ONLY, DATABASE)}
    return kept | {
        MARK: str(home),
        "JUPYTER_PIPELINE_STATE": str(state_dir),
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "DO_NOT_TRACK": "1",
        "PYTHONUNBUFFERED": "1",
    }


def server_environment(
    environ: Mapping[str, str], *, home: Path, state_dir: Path, port: int, secrets: Secrets
) -> dict[str, str]:
    """Return the environment of the Prefect server.

    Parameters
    ----------
    environ : mapping
        The environment to start from.
    home : Path
        The service's folder.
    state_dir : Path
        The state folder.
    port : int
        TCP port on the loopback.
    secrets : Secrets
        What protects API and blocks.
    """
    origin = f"http://127.0.0.1:{port}"
    database = environ.get(DATABASE) or f"sqlite+aiosqlite:///{home / 'prefect' / 'prefect.db'}"
    return _base(environ, home, state_dir) | {
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": database,
        "PREFECT_SERVER_API_AUTH_STRING": secrets.auth,
        "PREFECT_SERVER_ENCRYPTION_KEY": secrets.encryption_key,
        "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"{origin},http://localhost:{port}",
        "PREFECT_SERVER_UI_API_URL": f"{origin}/api",
        # It marks silent workers, which the supervisor sees itself, and its writes collide with others: on SQLite a
        # collision can leave the database locked until the server is restarted.
        "PREFECT_SERVER_SERVICES_FOREMAN_ENABLED": "false",
        # A run that waits for its turn looks again after so many seconds.
        "PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": "5",
        "COLUMNS": "1000",  # messages on one line
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        # Leases in memory are lost with the server, and the slots that they hold are then never given back: a
        # deployment with a concurrency limit would not run again.
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
    }


def worker_environment(
    environ: Mapping[str, str], *, home: Path, state_dir: Path, port: int, secrets: Secrets
) -> dict[str, str]:
    """Return the environment of the worker, which its runs inherit; parameters as in `server_environment`."""
    return _base(environ, home, state_dir) | {
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_API_AUTH_STRING": secrets.auth,
        "PREFECT_WORKER_QUERY_SECONDS": "2",
        # A run that is fetched early holds a slot of its concurrency limit, so that the one before it must have ended.
        "PREFECT_WORKER_PREFETCH_SECONDS": "2",
        "PREFECT_WORKER_ENABLE_CANCELLATION": "true",
        "PREFECT_WORKER_CANCELLATION_POLL_SECONDS": "5",
    }
