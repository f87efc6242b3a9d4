"""Catch up on scheduled times that passed without a run.

The server creates runs ahead of time. After an outage of any cause, all late runs would start at once, and times for
which it had created no run would be lost. The `CatchUpPolicy` of each deployment selects the missed times whose runs
start. Each other missed time gets a run in the state *Skipped* with the cause of the outage.
"""

from __future__ import annotations

import datetime as dt
import operator
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from jupyter_pipeline.exceptions import ApiRefusedError, UsageError
from jupyter_pipeline.models import SKIPPED, CatchUpPolicy
from jupyter_pipeline.orchestration.prefect_api import records
from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi
from jupyter_pipeline.orchestration.prefect_api.schedule_bodies import parse_timestamp, to_schedule
from jupyter_pipeline.orchestration.runs.flow_runs import start_run
from jupyter_pipeline.orchestration.schedules.occurrences import runs_between

__all__ = ["MOST", "catch_up_missed_runs", "select_missed_times"]

MOST = 1000
"""Maximum number of missed times of one schedule that start or are shown: the newest ones."""

_BULK = 50
_WAITING = ("Scheduled", "Late")
"""State names of runs that no worker has begun. A run that waits for a slot or for its retry has another name."""
_EFFECTS = {
    CatchUpPolicy.LATEST: "starts the newest missed run only",
    CatchUpPolicy.ALL: f"starts the newest {MOST} missed runs",
    CatchUpPolicy.NONE: "starts no missed run",
}


@dataclass(slots=True)
class _Missed:
    """Missed times of one deployment."""

    held: dict[tuple[str, int], str] = field(default_factory=dict)
    """Runs that have not started: id by schedule and due time."""
    begun: set[tuple[str, int]] = field(default_factory=set)
    """Schedules and due times of runs that a worker has begun, or that have ended."""


async def catch_up_missed_runs(api: PrefectApi, since: float, until: float, cause: str) -> dict[str, str]:
    """Start the missed runs that each deployment's policy selects, and skip the others.

    After an interrupt, a call with the same `since` completes it: no time gets a second run.

    Parameters
    ----------
    api : PrefectApi
        The server. Its worker must not start runs that were due during the outage before this has returned.
    since, until : float
        Begin and end of the outage, in seconds since the epoch.
    cause : str
        Cause of the outage as a clause, such as ``the host was suspended``.

    Returns
    -------
    dict
        Message by name of each affected deployment.
    """
    missed = await _collect_runs(api, since, until)
    messages = {}
    async for deployment in api.pages("/deployments/filter", {"deployments": {"paused": {"eq_": False}}}):
        if not records.get_settings(deployment):
            continue  # created by another program
        try:
            started, skipped = await _catch_up_deployment(
                api, deployment, missed[deployment["id"]], since, until, cause
            )
        except (ApiRefusedError, UsageError) as error:  # go on with the other deployments
            messages[deployment["name"]] = f"cannot start missed runs: {error}"
            continue
        if started or skipped:
            messages[deployment["name"]] = f"{started} missed runs started, {skipped} skipped"
    return messages


async def _catch_up_deployment(
    api: PrefectApi, deployment: Mapping[str, Any], missed: _Missed, since: float, until: float, cause: str
) -> tuple[int, int]:
    """Return the numbers of missed runs that start and of those that are skipped."""
    settings = records.get_settings(deployment)
    policy = CatchUpPolicy(settings.get("catch_up", CatchUpPolicy.LATEST))
    started, skipped, dropped = 0, [], 0
    unmade_starts: list[tuple[float, str, Mapping[str, Any]]] = []
    for entry in deployment.get("schedules") or ():
        schedule = to_schedule(entry, settings)
        held = {due: run for (maker, due), run in missed.held.items() if maker == entry["id"]}
        # Before its last change, the schedule had other times.
        begin = max(since, *(parse_timestamp(entry.get(key)) or 0.0 for key in ("created", "updated")))
        every = list(runs_between(schedule, begin, until)) if entry.get("active", True) else []
        unmade = [due for due in every if round(due) not in held and (entry["id"], round(due)) not in missed.begun]
        times = sorted([*unmade, *held])
        dropped += max(0, len(times) - MOST)
        chosen = set(select_missed_times(times, policy))
        for due in deque(times, MOST):
            key = f"catch-up {deployment['id']} {entry['id']} {due:.0f}"
            run = held.pop(round(due), "")
            if due in chosen:
                started += 1
                if not run:
                    unmade_starts.append((due, key, schedule.parameters))
            else:
                skipped.append(run or await _create_skipped(api, deployment, schedule.parameters, due, key))
        skipped += held.values()
    for due, key, parameters in sorted(unmade_starts, key=operator.itemgetter(0)):  # the order of a queue
        await start_run(api, deployment, parameters, due=due, key=key)
    message = f"This time was missed because {cause}. Catch-up {policy.value!r} {_EFFECTS[policy]}."
    if dropped:
        message += f" {dropped} earlier times were missed, too."
    await _skip(api, [run for run in skipped if run], message)
    return started, len(skipped)


def select_missed_times(missed: Sequence[float], policy: CatchUpPolicy) -> Sequence[float]:
    """Return the missed times of a schedule whose runs start under a policy (pure).

    Parameters
    ----------
    missed : sequence of float
        Missed times of one schedule, in ascending order.
    policy : CatchUpPolicy
        The policy.
    """
    if policy is CatchUpPolicy.NONE:
        return []
    return missed[-1:] if policy is CatchUpPolicy.LATEST else missed[-MOST:]


async def _collect_runs(api: PrefectApi, since: float, until: float) -> defaultdict[str, _Missed]:
    """Return the runs of schedules that were due during the outage, by deployment."""
    due = {"expected_start_time": {"after_": _iso(since), "before_": _iso(until)}}
    found: defaultdict[str, _Missed] = defaultdict(_Missed)
    async for run in api.pages("/flow_runs/filter", {"flow_runs": due, "sort": "ID_DESC"}):
        expected = parse_timestamp(run["expected_start_time"]) or 0.0
        if not run.get("auto_scheduled") or not run.get("deployment_id") or not since < expected <= until:
            continue
        place = _due_time(run)
        if run["state_name"] in _WAITING:
            found[run["deployment_id"]].held[place] = run["id"]
        else:
            found[run["deployment_id"]].begun.add(place)
    return found


def _due_time(run: Mapping[str, Any]) -> tuple[str, int]:
    """Return the id of a run's schedule, and its due time in whole seconds."""
    maker = str((run.get("created_by") or {}).get("id") or "")
    return maker, round(parse_timestamp(run["expected_start_time"]) or 0)


async def _create_skipped(
    api: PrefectApi, deployment: Mapping[str, Any], parameters: Mapping[str, Any], due: float, key: str
) -> str:
    """Create a run that the worker does not start, and return its id; empty if the time has a run already.

    Prefect sets the due time of a run only in the state Scheduled. The name keeps the worker from starting it.
    """
    run = await start_run(api, deployment, parameters, due=due, key=key, state=SKIPPED)
    return run.id if run.state == SKIPPED else ""


async def _skip(api: PrefectApi, runs: Sequence[str], message: str) -> None:
    state = {"type": "CANCELLED", "name": SKIPPED, "message": message}
    for first in range(0, len(runs), _BULK):
        some = list(runs[first : first + _BULK])
        try:
            body = {"flow_runs": {"id": {"any_": some}}, "state": state, "force": True}
            await api.post("/flow_runs/bulk_set_state", body)
        except ApiRefusedError as error:
            if error.status not in (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED):
                raise
            for run in some:  # a server without the route
                await api.post(f"/flow_runs/{run}/set_state", {"state": state, "force": True})


def _iso(time: float) -> str:
    return dt.datetime.fromtimestamp(time, dt.UTC).isoformat()
