"""Catch up on the runs that were missed during an outage of the service.

The server creates runs ahead of time. After an outage, all late runs would start at once, and runs that it had not
created would never start. The `CatchUpPolicy` of each deployment selects the missed runs that start. The supervisor
applies it before it starts the worker.
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
"""Maximum number of missed runs of one schedule that start: the newest ones."""

_BULK = 50


async def catch_up_missed_runs(api: PrefectApi, since: float, now: float) -> dict[str, str]:
    """Start the missed runs that each deployment's policy selects, and skip the others.

    Parameters
    ----------
    api : PrefectApi
        The server; no worker may be running yet.
    since, now : float
        Begin and end of the outage, in seconds since the epoch.

    Returns
    -------
    dict
        Message by name of each affected deployment. After an interrupt, a call with the same `since` completes it.
    """
    late = await _late_runs(api, since, now)
    messages = {}
    async for deployment in api.pages("/deployments/filter", {"deployments": {"paused": {"eq_": False}}}):
        if not records.get_settings(deployment):
            continue  # created by another program
        try:
            started, skipped = await _catch_up_deployment(api, deployment, late[deployment["id"]], since, now)
        except (ApiRefusedError, UsageError) as error:  # go on with the other deployments
            messages[deployment["name"]] = f"cannot start missed runs: {error}"
            continue
        if started or skipped:
            messages[deployment["name"]] = f"{started} missed runs started, {skipped} skipped"
    return messages


async def _catch_up_deployment(
    api: PrefectApi, deployment: Mapping[str, Any], late: Sequence[Mapping[str, Any]], since: float, now: float
) -> tuple[int, int]:
    """Return the numbers of missed runs that start and of those that are skipped."""
    settings = records.get_settings(deployment)
    waiting = {_due_time(run): run["id"] for run in late}
    started = 0
    for entry in deployment.get("schedules") or ():
        if not entry.get("active", True):
            continue
        schedule = to_schedule(entry, settings)
        for due in select_missed_times(
            schedule, CatchUpPolicy(settings.get("catch_up", CatchUpPolicy.LATEST)), since, now
        ):
            started += 1
            if waiting.pop((entry["id"], round(due)), None) is None:
                key = f"catch-up {deployment['id']} {entry['id']} {due:.0f}"
                await start_run(api, deployment, schedule.parameters, due=due, key=key)
    await _skip(api, list(waiting.values()))
    return started, len(waiting)


def select_missed_times(schedule: Schedule, policy: CatchUpPolicy, since: float, now: float) -> Sequence[float]:
    """Return the missed times of a schedule whose runs start under a policy (pure).

    Parameters
    ----------
    schedule : Schedule
        The schedule.
    policy : CatchUpPolicy
        The policy.
    since, now : float
        Begin and end of the outage, in seconds since the epoch.
    """
    if policy is CatchUpPolicy.NONE:
        return []
    missed = list(runs_between(schedule, since, now))
    return missed[-1:] if policy is CatchUpPolicy.LATEST else missed[-MOST:]


async def _late_runs(api: PrefectApi, since: float, now: float) -> dict[str, list[dict[str, Any]]]:
    """Return the scheduled runs that were due during the outage and have not started, by deployment."""
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


def _due_time(run: Mapping[str, Any]) -> tuple[str, int]:
    """Return the id of a run's schedule, and its due time in whole seconds."""
    maker = str((run.get("created_by") or {}).get("id") or "")
    return maker, round(parse_timestamp(run["expected_start_time"]) or 0)


async def _skip(api: PrefectApi, runs: Sequence[str]) -> None:
    state = {"type": "CANCELLED", "name": "Skipped", "message": "The service was down when this run was due."}
    for first in range(0, len(runs), _BULK):
        wanted = {"id": {"any_": list(runs[first : first + _BULK])}}
        await api.post("/flow_runs/bulk_set_state", {"flow_runs": wanted, "state": state, "force": True})


def _iso(time: float) -> str:
    return dt.datetime.fromtimestamp(time, dt.UTC).isoformat()
