"""Functions and classes that generated flows import.

This module is stable: a flow that was deployed with an older release still imports it. Each name is imported on first
use, so that a flow without a cluster does not import Dask.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_pipeline.workflows.run_context import run_on, run_window
    from jupyter_pipeline.workflows.task_results import TableSerializer

__all__ = ["TableSerializer", "run_on", "run_window"]

_MODULES = {"TableSerializer": "task_results", "run_on": "run_context", "run_window": "run_context"}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(importlib.import_module(f"jupyter_pipeline.workflows.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
