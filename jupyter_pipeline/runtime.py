"""Functions and classes that generated flows import, and functions that the pull steps of deployments name.

This module is stable: a flow that was deployed with an older release still imports it, and a deployment on the Prefect
server still names it. Each name is imported on first use, so that a flow without a cluster does not import Dask.

``python -m jupyter_pipeline.runtime`` runs one flow run; the commands of deployments name it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_pipeline.orchestration.runs.overlap import make_room
    from jupyter_pipeline.workflows.drift import check_packages, check_variables
    from jupyter_pipeline.workflows.run_context import partition_window, run_on, run_window
    from jupyter_pipeline.workflows.step_clusters import StepCluster, persist_results, receive_results
    from jupyter_pipeline.workflows.step_functions import StepFunctions
    from jupyter_pipeline.workflows.task_results import TableSerializer
    from jupyter_pipeline.workflows.worker_tasks.task_runner import tasks_on

__all__ = [
    "StepCluster",
    "StepFunctions",
    "TableSerializer",
    "check_packages",
    "check_variables",
    "make_room",
    "partition_window",
    "persist_results",
    "receive_results",
    "run_on",
    "run_window",
    "tasks_on",
]

_MODULES = {
    "StepCluster": "jupyter_pipeline.workflows.step_clusters",
    "StepFunctions": "jupyter_pipeline.workflows.step_functions",
    "TableSerializer": "jupyter_pipeline.workflows.task_results",
    "check_packages": "jupyter_pipeline.workflows.drift",
    "check_variables": "jupyter_pipeline.workflows.drift",
    "make_room": "jupyter_pipeline.orchestration.runs.overlap",
    "partition_window": "jupyter_pipeline.workflows.run_context",
    "persist_results": "jupyter_pipeline.workflows.step_clusters",
    "receive_results": "jupyter_pipeline.workflows.step_clusters",
    "run_on": "jupyter_pipeline.workflows.run_context",
    "run_window": "jupyter_pipeline.workflows.run_context",
    "tasks_on": "jupyter_pipeline.workflows.worker_tasks.task_runner",
}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(importlib.import_module(_MODULES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


if __name__ == "__main__":
    from jupyter_pipeline.workflows.run_process import main

    main()
