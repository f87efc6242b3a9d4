"""The Jupyter Server extension: REST routes for the panel, and the way to the dashboards.

The server may live in another environment than the kernels, so nothing here imports Dask, Prefect or pandas: the
registry, the profiles, the compiler and the Prefect API are read directly; what needs the kernel's environment is run
by the command line of the kernel's interpreter (`kernel`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

__all__ = ["load"]


def load(server_app: ServerApp) -> None:
    """Add the routes to the server's web application.

    Parameters
    ----------
    server_app : ServerApp
        The Jupyter server.
    """
    from jupyter_server.utils import url_path_join

    from jupyter_pipeline.clusters.profiles import traitlets_config
    from jupyter_pipeline.server.routes import ROUTES

    traitlets_config.set_config(server_app.config)
    base_url = server_app.web_app.settings["base_url"]
    server_app.web_app.add_handlers(
        ".*$", [(url_path_join(base_url, "jupyter-pipeline", pattern), handler) for pattern, handler in ROUTES]
    )
