"""Run Prefect's engine in the process of a run, and name the cause if the code of the run cannot be loaded.

Prefect would end such a run with "Process exited with status code: 1". Deployments name this program
``python -m jupyter_pipeline.runtime``.
"""

from __future__ import annotations

import contextlib
import inspect
import logging
import os
import runpy
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.orchestration.prefect_variables import RUN_ID

if TYPE_CHECKING:
    from jupyter_pipeline.workflows.run_report.recording import Recording

__all__ = ["main"]


def main() -> None:
    """Run the flow run of the variable ``PREFECT__FLOW_RUN_ID``."""
    from jupyter_pipeline.workflows.run_logs import capture

    log = capture.install()  # Prefect's import sets up its handlers, and starts threads
    from prefect import flow_engine
    from prefect.exceptions import Abort

    from jupyter_pipeline.orchestration.prefect_api import peer_check

    peer_check.install()
    _heed_cancellation()

    load = flow_engine.load_flow
    recordings: list[Recording] = []

    def load_flow(flow_run: Any) -> Any:
        try:
            if log is not None:
                log.set_run(flow_run)
            recordings.extend(_record(flow_run))
            flow = load(flow_run)
        except Exception as error:
            _crash(flow_run, error)
            raise Abort("Its code cannot be loaded.") from error
        if cause := _describe_unknown_parameters(flow, flow_run.parameters):
            _crash(flow_run, cause=cause)
            raise Abort(cause)
        return flow

    flow_engine.load_flow = load_flow
    sys.argv = sys.argv[:1]
    sys.modules.pop("prefect.engine", None)  # runpy warns about a module that is imported already
    try:
        runpy.run_module("prefect.engine", run_name="__main__", alter_sys=True)
    finally:
        for recording in recordings:
            _finish(recording)
        if log is not None:
            log.close()


def _heed_cancellation() -> None:
    """Make the engine end a cancelled run as cancelled, also if no worker says so before it terminates the process."""
    from prefect import flow_engine
    from prefect.client.orchestration import get_client

    find_intent = getattr(flow_engine, "_termination_intent", None)
    if find_intent is None:  # an earlier Prefect
        return

    def find_intent_or_state() -> Any:
        if (intent := find_intent()) is not None:
            return intent
        with contextlib.suppress(Exception), get_client(sync_client=True) as client:
            run = client.read_flow_run(os.environ[RUN_ID])
            if run.state is not None and run.state.is_cancelling():
                return "cancel"
        return None

    flow_engine._termination_intent = find_intent_or_state


def _record(flow_run: Any) -> Iterator[Recording]:
    """Yield the recording of the outputs of this process, unless the deployment turns it off.

    An error is logged. It does not fail the run.
    """
    from jupyter_pipeline.models import ReportMode
    from jupyter_pipeline.workflows.run_report import recording, store

    try:
        options = store.read_options()
        if options.mode == ReportMode.NONE:
            return
        facts = {
            "id": str(flow_run.id),
            "name": flow_run.name,
            "parameters": flow_run.parameters,
            "options": options.to_dict(),
        }
        yield recording.install(store.report_folder(str(flow_run.id), str(flow_run.deployment_id or "")), facts)
    except Exception as error:  # noqa: BLE001 - a run without a report is better than none
        logging.getLogger(__name__).warning("The run has no report: %s: %s", type(error).__name__, error)


def _finish(recording: Recording) -> None:
    """Write the end of the report, link it from the run, and remove old reports."""
    from jupyter_pipeline.workflows.run_report import artifact, store

    recording.close()
    if not recording.has_started:
        return
    try:
        artifact.publish_summary(recording)
        store.prune_if_due()
    except Exception as error:  # noqa: BLE001 - the run has ended
        logging.getLogger(__name__).warning("After the report of the run: %s: %s", type(error).__name__, error)


def _describe_unknown_parameters(flow: Any, parameters: Mapping[str, Any]) -> str:
    """Return the reason why a flow does not take its parameters; empty if it does."""
    known = inspect.signature(flow.fn).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in known.values()):
        return ""
    unknown = [name for name in parameters if name not in known]
    if not unknown:
        return ""
    have = f"It has: {', '.join(known)}." if known else "It has none."
    return f"The flow {flow.name!r} has no parameter {unknown[0]!r}. {have}"


def _crash(flow_run: Any, error: Exception | None = None, cause: str = "") -> None:
    """Write the cause to the log of a run before the traceback, and set the state of the run.

    By default, the cause is that the code cannot be loaded because of the error.
    """
    from prefect.client.orchestration import get_client
    from prefect.logging.loggers import flow_run_logger
    from prefect.states import Crashed

    logger = flow_run_logger(flow_run)
    if error is not None:
        text = f"{type(error).__name__}: {error}".removesuffix(": ").rstrip(".")
        cause = f"The code cannot be loaded: {text}. Repair the environment of the run, or deploy again."
        with contextlib.suppress(Exception):  # a server that does not answer must not hide the error of the code
            cause = _find_obstacle(flow_run) or cause
    logger.error(cause)
    if error is not None:
        logger.error("Traceback of the error:", exc_info=error)
    with contextlib.suppress(Exception), get_client(sync_client=True) as client:
        client.set_flow_run_state(flow_run.id, Crashed(message=cause), force=True)


def _find_obstacle(flow_run: Any) -> str:
    """Return the reason why no run of the deployment can start; empty if there is none."""
    from prefect.client.orchestration import get_client

    from jupyter_pipeline.orchestration.runs.obstacles import find_obstacle

    if flow_run.deployment_id is None:
        return ""
    with get_client(sync_client=True) as client:
        return find_obstacle(client.read_deployment(flow_run.deployment_id).model_dump(mode="json"))
