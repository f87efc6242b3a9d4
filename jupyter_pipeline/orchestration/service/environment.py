"""Build the environment variables of the service's processes (pure).

Prefect is configured by variables alone. The user's own Prefect configuration does not reach the service, and no secret
appears in an argument list.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_pipeline import environment_variables, plotting_backend
from jupyter_pipeline.orchestration.service import folders
from jupyter_pipeline.orchestration.service.queue_order import FIRST_PAUSE
from jupyter_pipeline.orchestration.service.server_settings import SETTINGS
from jupyter_pipeline.orchestration.service_state import Secrets

__all__ = ["server_environment", "worker_environment"]

_KERNEL_ONLY = (
    plotting_backend.VARIABLE, "JPY_PARENT_PID", "JPY_SESSION_NAME", "JPY_API_TOKEN", "JUPYTERHUB_API_TOKEN",
    "PYDEVD_USE_FRAME_EVAL",
)  # fmt: skip
"""Variables that are valid in a kernel only: plotting backend, parent, session, token of the server at its hub."""


def _base(environ: Mapping[str, str], home: Path, state_dir: Path) -> dict[str, str]:
    dropped = (
        *_KERNEL_ONLY,
        environment_variables.BROKER,
        environment_variables.CLUSTER,
        environment_variables.DATABASE,
        environment_variables.SERVER_OPTIONS,
    )
    inherited = {k: v for k, v in environ.items() if not k.startswith("PREFECT_") and k not in dropped}
    return inherited | {
        environment_variables.SERVICE: str(home),
        environment_variables.STATE: str(state_dir),
        "PREFECT_HOME": str(folders.prefect_home(home)),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
        "DO_NOT_TRACK": "1",
        "PYTHONUNBUFFERED": "1",
    }


def server_environment(
    environ: Mapping[str, str],
    *,
    home: Path,
    state_dir: Path,
    port: int,
    secrets: Secrets,
    settings: Mapping[str, Any] | None = None,
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
        Secrets that protect API and blocks.
    settings : mapping, optional
        Settings by key, as in `server_settings`.
    """
    chosen = settings or {}
    origin = f"http://127.0.0.1:{port}"
    database = (
        environ.get(environment_variables.DATABASE)
        or f"sqlite+aiosqlite:///{folders.prefect_home(home) / 'prefect.db'}"
    )
    return _base(environ, home, state_dir) | {
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": database,
        "PREFECT_SERVER_API_AUTH_STRING": secrets.auth,
        "PREFECT_SERVER_ENCRYPTION_KEY": secrets.encryption_key,
        "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"{origin},http://localhost:{port}",
        "PREFECT_SERVER_UI_API_URL": f"{origin}/api",
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(folders.pages_dir(home)),
        "TMPDIR": str(folders.temporary_dir(home)),  # SQLite uses it, too
        # It marks silent workers, which the supervisor detects itself. Its writes collide with others, and on SQLite a
        # collision can leave the database locked until the server is restarted.
        "PREFECT_SERVER_SERVICES_FOREMAN_ENABLED": "false",
        "PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": f"{FIRST_PAUSE:g}",
        "COLUMNS": "1000",  # messages on one line
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        # Leases in memory are lost with the server, and their slots are then never released: a deployment with a
        # concurrency limit would not run again.
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
        **(_broker_variables(environ[environment_variables.BROKER]) if chosen.get("workers", 1) > 1 else {}),
        **{SETTINGS[key].variable: _as_text(value) for key, value in chosen.items() if SETTINGS[key].variable},
        environment_variables.SERVER_OPTIONS: json.dumps(
            {key: value for key, value in chosen.items() if key in ("graceful_shutdown", "max_requests")}
        ),
    }


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _broker_variables(address: str) -> dict[str, str]:
    """Return the settings with which several processes exchange events and background tasks."""
    return {
        "PREFECT_REDIS_MESSAGING_URL": address,
        "PREFECT_REDIS_WORKER_CLEANUP_QUEUE_URL": address,
        "PREFECT_SERVER_DOCKET_URL": address,
        "PREFECT_SERVER_EVENTS_MESSAGING_BROKER": "prefect_redis.messaging",
        "PREFECT_SERVER_EVENTS_MESSAGING_CACHE": "prefect_redis.messaging",
        "PREFECT_SERVER_EVENTS_CAUSAL_ORDERING": "prefect_redis.ordering",
        "PREFECT_SERVER_WORKER_CHANNEL_CLEANUP_QUEUE_STORAGE": "prefect_redis.cleanup_queue",
        # A message is tried again every five seconds for a quarter of an hour, as without Redis.
        "PREFECT_REDIS_MESSAGING_CONSUMER_MAX_RETRIES": "180",
        # `database_setup` has done both.
        "PREFECT_SERVER_DATABASE_MIGRATE_ON_START": "false",
        "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
    }


def worker_environment(
    environ: Mapping[str, str], *, home: Path, state_dir: Path, port: int, secrets: Secrets
) -> dict[str, str]:
    """Return the environment of the worker and its runs; parameters as in `server_environment`."""
    return _base(environ, home, state_dir) | {
        plotting_backend.VARIABLE: plotting_backend.choose_plotting_backend(environ),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_API_AUTH_STRING": secrets.auth,
        "PREFECT_WORKER_QUERY_SECONDS": "2",
        # A run that is fetched early holds a slot of its concurrency limit.
        "PREFECT_WORKER_PREFETCH_SECONDS": "2",
        "PREFECT_WORKER_ENABLE_CANCELLATION": "true",
        "PREFECT_WORKER_CANCELLATION_POLL_SECONDS": "5",
    }
