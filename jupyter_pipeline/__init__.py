"""Start Dask clusters from notebooks, and deploy notebook cells as scheduled Prefect runs.

The public names are imported on first use, which keeps ``%load_ext jupyter_pipeline`` fast.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell
    from jupyter_server.serverapp import ServerApp

    from jupyter_pipeline.compiler import slice_cells
    from jupyter_pipeline.workflows.api import deploy, runs, sync
    from jupyter_pipeline.workflows.clusters import attach, start_cluster
    from jupyter_pipeline.workflows.steps import propose_steps

__version__ = "0.1.0"
__all__ = ["__version__", "attach", "deploy", "propose_steps", "runs", "slice_cells", "start_cluster", "sync"]

_MODULES = {
    "attach": "jupyter_pipeline.workflows.clusters",
    "deploy": "jupyter_pipeline.workflows.api",
    "propose_steps": "jupyter_pipeline.workflows.steps",
    "runs": "jupyter_pipeline.workflows.api",
    "slice_cells": "jupyter_pipeline.compiler",
    "start_cluster": "jupyter_pipeline.workflows.clusters",
    "sync": "jupyter_pipeline.workflows.api",
}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(importlib.import_module(_MODULES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register the magics; called by ``%load_ext jupyter_pipeline``."""
    from jupyter_pipeline.magics import register

    register(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Remove the magics; called by ``%unload_ext jupyter_pipeline``. Clusters keep running."""
    from jupyter_pipeline.magics import unregister

    unregister(shell)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "jupyter-pipeline"}]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "jupyter_pipeline"}]


def _load_jupyter_server_extension(server_app: ServerApp) -> None:
    from jupyter_pipeline.server import load

    load(server_app)
