"""What becomes of the runs that an outage of the service has prevented.

The server makes runs some time ahead. After an outage all those whose time has passed would start at once, and those
that it had not yet made would never come. Each deployment says what it wants: the newest (``latest``), every one
(``all``) or none. This is seen to before the worker takes up its work.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from jupyter_pipeline.exceptions import ApiRefusedError, UsageError
from jupyter_pipeline.models import CatchUpPolicy, Schedule
from jupyter_pipeline.orchestration.prefect_api import records
from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi
from jupyter_pipeline.orchestration.prefect_api.schedule_bodies import parse_timestamp, to_schedule
from jupyter_pipeline.orchestration.runs.flow_runs import start_run
from jupyter_pipeline.orchestration.schedules.occurrences import runs_between

__all__ = ["MOST", "catch_up_missed_runs", "select_missed_times"]

MOST = 1000
"""Most missed runs of one schedule that are made up for: the newest."""

_BULK = 50


async def catch_up_missed_runs(api: PrefectApi, since: float, now: float) -> dict[str, str]:
    """Make up for the runs that were due between two times, as each deployment wants it, and skip the others.

    Parameters
    ----------
    api : PrefectApi
        The server; no worker is at work yet.
    since, now : float
        When the service was last seen at work, and when it is back, in seconds since the epoch.

    Returns
    -------
    dict
        What was done, in words, by the name of each deployment concerned. What is interrupted is completed by the next
        call with the same `since`.
    """
    late = await _late_runs(api, since, now)
    done = {}
    async for deployment in api.pages("/deployments/filter", {"deployments": {"paused": {"eq_": False}}}):
        if not records.get_settings(deployment):
            continue  # made by other means
        try:
            made, skipped = await _catch_up_deployment(api, deployment, late[deployment["id"]], since, now)
        except (ApiRefusedError, UsageError) as error:  # its parameters may not fit any longer; the others go on
            done[deployment["name"]] = f"missed runs could not be made up for: {error}"
            continue
        if made or skipped:
            done[deployment["name"]] = f"{made} runs made up for, {skipped} skipped"
    return done


async def _catch_up_deployment(
    api: PrefectApi, deployment: Mapping[str, Any], late: Sequence[Mapping[str, Any]], since: float, now: float
) -> tuple[int, int]:
    """Return how many runs were made or left to start, and how many skipped."""
    settings = records.get_settings(deployment)
    waiting = {_tick(run): run["id"] for run in late}
    made = 0
    for entry in deployment.get("schedules") or ():
        if not entry.get("active", True):
            continue
        schedule = to_schedule(entry, settings)
        for tick in select_missed_times(
            schedule, CatchUpPolicy(settings.get("catch_up", CatchUpPolicy.LATEST)), since, now
        ):
            made += 1
            if waiting.pop((entry["id"], round(tick)), None) is None:
                key = f"catch-up {deployment['id']} {entry['id']} {tick:.0f}"
                await start_run(api, deployment["id"], deployment["name"], schedule.parameters, due=tick, key=key)
    await _skip(api, list(waiting.values()))
    return made, len(waiting)


def select_missed_times(schedule: Schedule, policy: CatchUpPolicy, since: float, now: float) -> Sequence[float]:
    """Return the missed times of a schedule whose runs are wanted all the same (pure)."""
    if policy is CatchUpPolicy.NONE:
        return []
    missed = list(runs_between(schedule, since, now))
    return missed[-1:] if policy is CatchUpPolicy.LATEST else missed[-MOST:]


async def _late_runs(api: PrefectApi, since: float, now: float) -> dict[str, list[dict[str, Any]]]:
    """Return the runs that a schedule made, whose time has passed without a start, by deployment.

    A run that waits for its turn was due earlier, or is due still.
    """
    body = {
        "flow_runs": {
            "state": {"type": {"any_": ["SCHEDULED"]}},
            "expected_start_time": {"after_": _iso(since), "before_": _iso(now)},
        }
    }
    found = defaultdict(list)
    async for run in api.pages("/flow_runs/filter", body):
        if run.get("auto_scheduled") and run.get("deployment_id"):
            found[run["deployment_id"]].append(run)
    return found


def _tick(run: Mapping[str, Any]) -> tuple[str, int]:
    """Return the schedule that made a run, and the second in which it was due."""
    maker = str((run.get("created_by") or {}).get("id") or "")
    return maker, round(parse_timestamp(run["expected_start_time"]) or 0)


async def _skip(api: PrefectApi, runs: Sequence[str]) -> None:
    state = {"type": "CANCELLED", "name": "Skipped", "message": "The service was down when this run was due."}
    for first in range(0, len(runs), _BULK):
        wanted = {"id": {"any_": list(runs[first : first + _BULK])}}
        await api.post("/flow_runs/bulk_set_state", {"flow_runs": wanted, "state": state, "force": True})


def _iso(time: float) -> str:
    return dt.datetime.fromtimestamp(time, dt.UTC).isoformat()
