from __future__ import annotations

import logging
import uuid

from prefect import flow
from prefect.client.schemas.objects import FlowRun
from prefect.settings import PREFECT_API_URL, PREFECT_LOGGING_TO_API_ENABLED, temporary_settings

from jupyter_pipeline.workflows import run_process


class _Records(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


def test_an_error_of_the_code_is_logged_without_a_server() -> None:
    run = FlowRun(id=uuid.uuid4(), flow_id=uuid.uuid4(), deployment_id=uuid.uuid4(), name="otter")
    logger, handler = logging.getLogger("prefect.flow_runs"), _Records()
    logger.addHandler(handler)
    try:
        with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api", PREFECT_LOGGING_TO_API_ENABLED: False}):
            run_process._crash(run, ModuleNotFoundError("No module named 'polars'"))
    finally:
        logger.removeHandler(handler)
    cause, traceback = handler.records
    assert cause.getMessage().startswith("The code cannot be loaded: ModuleNotFoundError: No module named 'polars'.")
    assert traceback.exc_info is not None


def test_unknown_parameters_are_named_before_the_flow_starts() -> None:
    @flow(name="typed")
    def typed(seed: int = 1, rows: int = 2) -> None: ...

    @flow(name="open")
    def open_flow(**values: int) -> None: ...

    describe = run_process._describe_unknown_parameters
    assert describe(typed, {"rows": 1}) == ""
    assert describe(open_flow, {"sede": 3}) == ""
    assert describe(typed, {"sede": 3}) == "The flow 'typed' has no parameter 'sede'. It has: seed, rows."
