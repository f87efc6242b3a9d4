"""Hold back runs that the worker finds late after a gap in its polls, until the supervisor has caught up.

After an outage of any cause, such as a suspended host, the worker would start all late runs at once. The worker records
its polls in the service's folder. The supervisor applies the catch-up policies to the runs that were due in a gap, and
records until when it has done so. Only then does the worker start those that are left.
"""

from __future__ import annotations

import time
from typing import Any

from jupyter_pipeline.models import SKIPPED
from jupyter_pipeline.orchestration.service_state import Polls, caught_up_until, read_polls, write_polls

__all__ = ["GAP", "hold_missed_runs", "is_held", "note_poll"]

GAP = 30.0
"""Seconds between two polls from which the times between them count as missed, and lateness that a run may have."""

_WAITING = ("Scheduled", "Late")


def note_poll(polls: Polls | None, now: float) -> Polls:
    """Return the record of the polls with a poll at `now` (pure).

    Parameters
    ----------
    polls : Polls, optional
        The record until now.
    now : float
        Time of the poll in seconds since the epoch. It is earlier than the last one if the clock was set back.
    """
    if polls is None or now - polls.last > GAP:
        return Polls(since=now, last=now)
    return Polls(since=min(polls.since, now), last=now)


def is_held(run: Any, polls: Polls, caught_up: float | None) -> bool:
    """Return True if the worker must not start a run yet (pure).

    Parameters
    ----------
    run : prefect.client.schemas.FlowRun
        A run that is due.
    polls : Polls
        Polls of the worker.
    caught_up : float, optional
        Time until which the supervisor has caught up on missed runs.
    """
    if run.state_name == SKIPPED:
        return True  # the supervisor is about to close it
    if not run.auto_scheduled or run.state_name not in _WAITING or run.expected_start_time is None:
        return False
    due = run.expected_start_time.timestamp()
    return bool(due < polls.since - GAP and (caught_up is None or due > caught_up))


def hold_missed_runs() -> None:
    """Make the workers of this process record their polls, and hold back missed runs."""
    from prefect.workers.base import BaseWorker

    submit = BaseWorker._submit_scheduled_flow_runs

    async def submit_others(self: Any, flow_run_response: Any) -> Any:
        polls = note_poll(read_polls(), time.time())
        write_polls(polls)
        caught_up = caught_up_until()
        return await submit(
            self, [entry for entry in flow_run_response if not is_held(entry.flow_run, polls, caught_up)]
        )

    BaseWorker._submit_scheduled_flow_runs = submit_others
