"""From a notebook cell to a cluster and to a scheduled production run, without leaving the notebook.

The public names below are imported on first use, so that ``%load_ext jupyter_pipeline`` costs nothing that can be
noticed.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell
    from jupyter_server.serverapp import ServerApp

    from jupyter_pipeline.workflows import attach, start_cluster

__version__ = "0.1.0"
__all__ = ["__version__", "attach", "start_cluster"]

_HOME = {"attach": "jupyter_pipeline.workflows", "start_cluster": "jupyter_pipeline.workflows"}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Register the magics; called by ``%load_ext jupyter_pipeline``."""
    from jupyter_pipeline.magics import register

    register(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Take the magics back; called by ``%unload_ext jupyter_pipeline``. Clusters go on."""
    from jupyter_pipeline.magics import unregister

    unregister(shell)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "jupyter-pipeline"}]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "jupyter_pipeline"}]


def _load_jupyter_server_extension(server_app: ServerApp) -> None:
    from jupyter_pipeline.server import load

    load(server_app)
