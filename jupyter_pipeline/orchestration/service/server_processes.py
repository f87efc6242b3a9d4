"""Run Prefect's API in several processes: the application that each of them serves, and the options of uvicorn.

``prefect server start --workers N`` starts the processes by uvicorn. Without a change, they would go on when their
parent is killed. On a busy host, uvicorn would kill a process that does not answer within five seconds.
"""

from __future__ import annotations

import functools
import json
import multiprocessing
import os
import zoneinfo
from typing import Any

from jupyter_pipeline import environment_variables
from jupyter_pipeline.orchestration.service import folders, queue_order
from jupyter_pipeline.orchestration.service.parent_process import exit_with_parent

__all__ = ["cache_application", "cache_time_zones", "create_app", "set_server_options"]

_PATIENCE = 60
"""Seconds in which a process must answer uvicorn."""
_OPTIONS = {"graceful_shutdown": "timeout_graceful_shutdown", "max_requests": "limit_max_requests"}
"""Options of uvicorn that Prefect does not set, by setting of the service."""


def set_server_options() -> None:
    """Add the options of the service to the call of uvicorn, before Prefect's command line runs."""
    import uvicorn

    run = uvicorn.run
    settings = json.loads(os.environ.get(environment_variables.SERVER_OPTIONS) or "{}")

    def run_with_options(app: Any, **options: Any) -> None:
        options |= {name: settings[key] for key, name in _OPTIONS.items() if key in settings}
        if options.get("workers", 1) > 1:
            options["timeout_worker_healthcheck"] = _PATIENCE
            app = f"{__name__}:create_app"
        run(app, **options)

    uvicorn.run = run_with_options


def create_app() -> Any:
    """Return the application of one process."""
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid is not None:
        exit_with_parent(parent.pid)
    cache_time_zones()
    queue_order.install()
    cache_application()
    folders.make_pages_writable()
    from prefect.server.api.server import create_app as create_prefect_app

    return create_prefect_app()


def cache_application() -> None:
    """Find the application once for all requests that the server sends to itself.

    Prefect searches it for each action of an automation, by a hash of all settings. That was four fifths of the
    processor time of an alert.
    """
    from prefect.server.api import server
    from prefect.settings.context import get_current_settings

    create = server.create_app
    found: dict[int, tuple[Any, Any]] = {}
    """Settings and application by the identity of the settings."""

    def find_or_create(*arguments: Any, **options: Any) -> Any:
        if arguments or options:
            return create(*arguments, **options)
        settings = get_current_settings()
        if id(settings) not in found:
            found[id(settings)] = (settings, create())
        return found[id(settings)][1]

    server.create_app = find_or_create


def cache_time_zones() -> None:
    """Read the list of time zones once.

    Prefect lists them for each schedule that it reads, which takes 8 ms. A list of 500 deployments would block the
    server for seconds.
    """
    zoneinfo.available_timezones = functools.cache(zoneinfo.available_timezones)
