"""Parse schedules, compute their occurrences, convert them to recurrence rules and describe them in words.

Everything here is pure: no module reads files or calls the server.
"""

from __future__ import annotations

from jupyter_pipeline.orchestration.schedules.describe import (
    describe_clock_change,
    describe_schedule,
    describe_times,
    format_time,
)
from jupyter_pipeline.orchestration.schedules.occurrences import (
    ANCHOR,
    find_window,
    list_windows,
    load_timezone,
    needs_rule,
    next_runs,
    previous_run,
    runs_between,
)
from jupyter_pipeline.orchestration.schedules.parse import (
    local_timezone,
    parse_interval,
    parse_schedule,
    parse_time,
    schedule_from_mapping,
)
from jupyter_pipeline.orchestration.schedules.rrule import to_rule

__all__ = [
    "ANCHOR",
    "describe_clock_change",
    "describe_schedule",
    "describe_times",
    "find_window",
    "format_time",
    "list_windows",
    "load_timezone",
    "local_timezone",
    "needs_rule",
    "next_runs",
    "parse_interval",
    "parse_schedule",
    "parse_time",
    "previous_run",
    "runs_between",
    "schedule_from_mapping",
    "to_rule",
]
