"""Jupyter Server extension: REST routes for the panel, and a proxy to the dashboards.

The server may run in another environment than the kernels, so this package does not import Dask, Prefect or pandas. It
reads the registry, the profiles and the Prefect API directly. For work that needs the environment of the kernel, it
runs the command line of the kernel's interpreter (`kernel_cli`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

__all__ = ["load"]


def load(server_app: ServerApp) -> None:
    """Add the routes to the server's web application, and the events of the panel to its event bus.

    Parameters
    ----------
    server_app : ServerApp
        The Jupyter server.
    """
    from jupyter_server.utils import url_path_join

    from jupyter_pipeline.clusters.profiles import traitlets_config
    from jupyter_pipeline.server.live_state import register_events
    from jupyter_pipeline.server.routes import ROUTES

    traitlets_config.set_config(server_app.config)
    register_events(server_app.event_logger)
    base_url = server_app.web_app.settings["base_url"]
    server_app.web_app.add_handlers(
        ".*$", [(url_path_join(base_url, "jupyter-pipeline", pattern), handler) for pattern, handler in ROUTES]
    )
