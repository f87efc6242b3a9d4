"""Convert Prefect's JSON to our records (pure).

Prefect fixes the labels of a deployment at its creation. Profile, notebook and settings therefore travel as environment
variables of the run, which can be changed and which the run can read.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from jupyter_pipeline import environment_variables
from jupyter_pipeline.models import SKIPPED, DeploymentRecord, Predecessor, RunRecord, Schedule
from jupyter_pipeline.orchestration import schedules
from jupyter_pipeline.orchestration.prefect_api.run_ends import describe_end
from jupyter_pipeline.orchestration.prefect_api.schedule_bodies import parse_timestamp, to_schedule

__all__ = [
    "ACTIVE",
    "OVERLAP_MESSAGE",
    "get_environment",
    "get_schedules",
    "get_settings",
    "is_overlap",
    "to_deployment_record",
    "to_run_record",
]


ACTIVE = ("RUNNING", "PENDING", "CANCELLING")
"""Types of the states of runs that have started and not ended."""

_MOST_SCHEDULES = 4096

_OVERLAP = "Deployment concurrency limit reached"
"""Begin of the message with which the server cancels a run that exceeds the limit."""

OVERLAP_MESSAGE = "Overlap: {} of this deployment was active when this run was due."


def get_settings(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings in a deployment of the API; empty if another program created it."""
    try:
        found = json.loads(get_environment(data).get(environment_variables.SETTINGS) or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def get_environment(data: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the environment variables of a deployment's runs."""
    return (data.get("job_variables") or {}).get("env") or {}


def _describe_starts(entries: Iterable[Schedule], after: Iterable[Predecessor], *, paused: bool) -> Iterator[str]:
    """Yield the schedules and the predecessors of a deployment in words.

    Our ``pause`` pauses the whole deployment. If a part is paused alone, another program has paused it.
    """
    mark = "paused" if paused else "paused on the server"
    for entry in entries:
        yield schedules.describe_schedule(entry) + ("" if entry.active is not False else f" ({mark})")
    for predecessor in after:
        notes = [*([] if predecessor.enabled else [mark]), *([] if predecessor.exists else ["not deployed"])]
        yield f"after {predecessor.short_name}" + (f" ({', '.join(notes)})" if notes else "")


def get_schedules(data: Mapping[str, Any]) -> tuple[Schedule, ...]:
    """Return the schedules of a deployment of the API."""
    settings = get_settings(data)
    return tuple(to_schedule(entry, settings) for entry in data.get("schedules") or ())


def is_overlap(data: Mapping[str, Any]) -> bool:
    """Return True if the server left out a flow run of the API because too many runs of its deployment were active."""
    state = data.get("state") or {}
    return state.get("type") == "CANCELLED" and str(state.get("message") or "").startswith(_OVERLAP)


def to_run_record(data: Mapping[str, Any], *, deployment: str = "", ui_url: str = "") -> RunRecord:
    """Return the record of a flow run of the API. A run that was left out because of overlap is *Skipped*."""
    state = data.get("state") or {}
    if is_overlap(data):
        state = {"name": SKIPPED, "message": OVERLAP_MESSAGE.format("another run")}
        data = {**data, "state_name": SKIPPED}
    return RunRecord(
        id=data["id"],
        name=data["name"],
        deployment=deployment,
        state=data.get("state_name") or state.get("name") or "",
        state_type=data.get("state_type") or state.get("type") or "",
        message=state.get("message") or "",
        cause=describe_end(
            data.get("state_type") or state.get("type") or "",
            state.get("message") or "",
            cancellation=data.get("cancellation") or "",
        ),
        version=data.get("deployment_version") or "",
        parameters=data.get("parameters") or {},
        expected_start=parse_timestamp(data.get("expected_start_time")),
        start=parse_timestamp(data.get("start_time")),
        end=parse_timestamp(data.get("end_time")),
        auto_scheduled=bool(data.get("auto_scheduled")),
        automation=_automation(data),
        url=f"{ui_url}/runs/flow-run/{data['id']}" if ui_url else "",
    )


def _automation(data: Mapping[str, Any]) -> str:
    """Return the name of the automation that created a flow run; empty if none did."""
    maker = data.get("created_by") or {}
    return str(maker.get("display_value") or "") if maker.get("type") == "AUTOMATION" else ""


def to_deployment_record(
    data: Mapping[str, Any], *, flow_name: str, last_run: RunRecord | None, ui_url: str = ""
) -> DeploymentRecord:
    """Return the record of a deployment of the API, with the time of its next run."""
    entries = get_schedules(data)
    settings, environment = get_settings(data), get_environment(data)
    after = tuple(Predecessor.from_dict(each) for each in data.get("predecessors") or ())
    starts = [*(entry.active is not False for entry in entries), *(predecessor.enabled for predecessor in after)]
    # Prefect pauses a deployment, or single schedules and automations. Without an active one no run is due either.
    paused = bool(data.get("paused")) or (bool(starts) and not any(starts))
    return DeploymentRecord(
        id=data["id"],
        name=data["name"],
        flow_name=flow_name,
        version=data.get("version") or "",
        profile=settings.get("profile") or Path(environment.get(environment_variables.PROFILE, "")).stem,
        notebook=environment.get(environment_variables.NOTEBOOK, ""),
        paused=paused,
        schedules=entries,
        after=after,
        schedule_text="; ".join(_describe_starts(entries, after, paused=bool(data.get("paused")))),
        last_run=last_run,
        next_run=None if paused else _next(entries),
        updated=parse_timestamp(data.get("updated")),
        tags=tuple(data.get("tags") or ()),
        owner=settings.get("owner", ""),
        target=settings.get("target", ""),
        overlap=settings.get("overlap", ""),
        catch_up=settings.get("catch_up", ""),
        concurrency_limit=settings.get("concurrency_limit")
        or (data.get("global_concurrency_limit") or {}).get("limit"),
        url=f"{ui_url}/deployments/deployment/{data['id']}" if ui_url else "",
    )


def _next(entries: Iterable[Schedule]) -> float | None:
    times = [_next_run(entry) for entry in entries if entry.active]
    return min((due for due in times if due is not None), default=None)


_next_runs: dict[tuple[Any, ...], tuple[float, float | None]] = {}
"""Next run of a schedule, ``None`` if there is none, and the time of its computation before it."""


def _next_run(schedule: Schedule) -> float | None:
    """Return the next run of a schedule. It is the same until it is due, so that long lists compute it once."""
    key = (schedule.cron, schedule.every, schedule.rrule, schedule.timezone, schedule.start, schedule.end)
    now = time.time()
    computed, due = _next_runs.get(key, (math.inf, None))
    if not (computed <= now and (due is None or now < due)):
        due = next((each.timestamp() for each in schedules.next_runs(schedule, 1)), None)
        if len(_next_runs) >= _MOST_SCHEDULES:
            _next_runs.clear()
        _next_runs[key] = (now, due)
    return due
