"""The dashboard of a scheduler in this process, added once workers were asked for.

Importing Bokeh takes longer than to submit jobs: a scheduler that begins without its dashboard gets its workers sooner.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

__all__ = ["add", "can_wait", "leave_out_proxy"]

_MODULE = "distributed.dashboard.scheduler"
_ROUTES = "distributed.scheduler.http.routes"
_PROXY = "distributed.http.proxy"


def can_wait(options: Mapping[str, Any]) -> bool:
    """Return whether a scheduler with `options` may begin with ``dashboard=False`` and be given one by `add`.

    One that asks for its dashboard, or for none, is left alone; so is one without Bokeh, which tells its readers so.
    """
    return "dashboard" not in options and find_spec("bokeh") is not None


async def add(scheduler: Any, options: Mapping[str, Any]) -> None:
    """Give `scheduler`, made with `options`, its dashboard; other tasks go on meanwhile."""
    module = await asyncio.to_thread(importlib.import_module, _MODULE)
    module.connect(
        scheduler.http_application, scheduler.http_server, scheduler, prefix=options.get("http_prefix") or "/"
    )


def leave_out_proxy() -> None:
    """Let schedulers do without the proxy to the dashboards of workers that have none: its import is long."""
    import dask.config

    routes = dask.config.get(_ROUTES)
    dask.config.set({_ROUTES: [route for route in routes if route != _PROXY]})
