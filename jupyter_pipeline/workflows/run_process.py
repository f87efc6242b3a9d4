"""Run Prefect's engine in the process of a run, and name the cause if the code of the run cannot be loaded.

Prefect would end such a run with "Process exited with status code: 1". Deployments name this program
``python -m jupyter_pipeline.runtime``.
"""

from __future__ import annotations

import runpy
import sys
from typing import Any

__all__ = ["main"]


def main() -> None:
    """Run the flow run of the variable ``PREFECT__FLOW_RUN_ID``."""
    from prefect import flow_engine
    from prefect.exceptions import Abort

    load = flow_engine.load_flow

    def load_flow(flow_run: Any) -> Any:
        try:
            return load(flow_run)
        except Exception as error:
            _crash(flow_run, error)
            raise Abort("Its code cannot be loaded.") from error

    flow_engine.load_flow = load_flow
    sys.argv = sys.argv[:1]
    sys.modules.pop("prefect.engine", None)  # runpy warns about a module that is imported already
    runpy.run_module("prefect.engine", run_name="__main__", alter_sys=True)


def _crash(flow_run: Any, error: Exception) -> None:
    """Set the state of a run, and write the cause to its log before the traceback."""
    from prefect.client.orchestration import get_client
    from prefect.logging.loggers import flow_run_logger
    from prefect.states import Crashed

    from jupyter_pipeline.orchestration.runs.obstacles import find_obstacle

    logger = flow_run_logger(flow_run)
    with get_client(sync_client=True) as client:
        cause = ""
        if flow_run.deployment_id is not None:
            deployment = client.read_deployment(flow_run.deployment_id)
            cause = find_obstacle(deployment.model_dump(mode="json"))
        if not cause:
            text = f"{type(error).__name__}: {error}".removesuffix(": ").rstrip(".")
            cause = f"The code cannot be loaded: {text}. Repair the environment of the run, or deploy again."
        logger.error(cause)
        logger.error("Traceback of the error:", exc_info=error)
        client.set_flow_run_state(flow_run.id, Crashed(message=cause), force=True)
