"""Add the dashboard to a running scheduler of this process.

Importing Bokeh takes longer than submitting jobs. A scheduler that starts without its dashboard has workers sooner.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

__all__ = ["add", "add_proxy", "can_defer", "remove_proxy"]

_MODULE = "distributed.dashboard.scheduler"
_ROUTES = "distributed.scheduler.http.routes"
_PROXY = "distributed.http.proxy"


def can_defer(options: Mapping[str, Any]) -> bool:
    """Return True if a scheduler may start with ``dashboard=False`` and get its dashboard from `add`.

    Parameters
    ----------
    options : mapping
        Arguments of the scheduler. With a ``dashboard`` among them, Dask decides. Without Bokeh Dask decides, too,
        because it shows a page that names the missing package.
    """
    return "dashboard" not in options and find_spec("bokeh") is not None


async def add(scheduler: Any, options: Mapping[str, Any]) -> None:
    """Add the dashboard to a scheduler. The import runs in a thread.

    Parameters
    ----------
    scheduler : distributed.Scheduler
        Scheduler in this process.
    options : mapping
        Arguments that it was created with.
    """
    module = await asyncio.to_thread(importlib.import_module, _MODULE)
    module.connect(
        scheduler.http_application, scheduler.http_server, scheduler, prefix=options.get("http_prefix") or "/"
    )


def add_proxy() -> None:
    """Add the proxy to the workers' dashboards to new schedulers again, for workers with dashboards."""
    import dask.config

    routes = dask.config.get(_ROUTES)
    dask.config.set({_ROUTES: [*(route for route in routes if route != _PROXY), _PROXY]})


def remove_proxy() -> None:
    """Remove the proxy to the workers' dashboards from new schedulers: its import is slow, and workers have none."""
    import dask.config

    routes = dask.config.get(_ROUTES)
    dask.config.set({_ROUTES: [route for route in routes if route != _PROXY]})
