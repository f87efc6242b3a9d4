"""List, start, await, read and cancel flow runs; backfill windows; catch up on missed runs."""

from __future__ import annotations

from jupyter_pipeline.orchestration.runs.backfills import backfill
from jupyter_pipeline.orchestration.runs.catch_up import catch_up_missed_runs
from jupyter_pipeline.orchestration.runs.flow_runs import (
    FINAL,
    cancel,
    delete,
    find,
    list_runs,
    refuse_overlap,
    remove_tagged,
    rerun,
    start_run,
)
from jupyter_pipeline.orchestration.runs.logs import failure, read_entries, read_log
from jupyter_pipeline.orchestration.runs.open_runs import SERVER_ENDED, crash_open_runs
from jupyter_pipeline.orchestration.runs.served_runs import crash_served_runs, record_serving
from jupyter_pipeline.orchestration.runs.steps import list_steps
from jupyter_pipeline.orchestration.runs.waiting import wait, wait_scheduled
from jupyter_pipeline.orchestration.runs.window import window_of

__all__ = [
    "FINAL",
    "SERVER_ENDED",
    "backfill",
    "cancel",
    "catch_up_missed_runs",
    "crash_open_runs",
    "crash_served_runs",
    "delete",
    "failure",
    "find",
    "list_runs",
    "list_steps",
    "read_entries",
    "read_log",
    "record_serving",
    "refuse_overlap",
    "remove_tagged",
    "rerun",
    "start_run",
    "wait",
    "wait_scheduled",
    "window_of",
]
