"""Between our records and Prefect's JSON (pure).

Only what Prefect lets one change afterwards carries our own data: profile and notebook travel as environment variables
of the run, where a run can read them too, because the labels of a deployment are fixed at its creation.
"""

from __future__ import annotations

import datetime as dt
import shlex
import sys
import zoneinfo
from collections.abc import Iterable, Mapping
from typing import Any

from jupyter_pipeline.models import DeploymentRecord, DeploymentSpec, RunRecord, Schedule
from jupyter_pipeline.orchestration import schedules

__all__ = [
    "deployment_body",
    "deployment_record",
    "differences",
    "run_record",
    "schedule_body",
    "schedule_from",
    "timestamp",
]

PROFILE = "JUPYTER_PIPELINE_PROFILE"
NOTEBOOK = "JUPYTER_PIPELINE_NOTEBOOK"

_COLLISION = {"skip": "CANCEL_NEW", "queue": "ENQUEUE", "cancel": "ENQUEUE"}


def timestamp(text: str | None) -> float | None:
    """Return seconds since the epoch."""
    return None if text is None else dt.datetime.fromisoformat(text).timestamp()


def schedule_body(schedule: Schedule) -> dict[str, Any]:
    """Return a schedule as Prefect's API takes it, and returns it.

    What the server would fill in (the anchor of an interval, the start of a rule) is always given, so that the same
    schedule is the same text.
    """
    if schedule.cron:
        return {"cron": schedule.cron, "timezone": schedule.timezone, "day_or": True}
    tz = zoneinfo.ZoneInfo(schedule.timezone)
    anchor = schedules.ANCHOR.replace(tzinfo=tz)
    if schedule.start is not None:
        anchor = dt.datetime.fromtimestamp(schedule.start, tz)
    if schedule.every is not None:
        return {
            "interval": schedule.every,
            "anchor_date": anchor.astimezone(dt.UTC).isoformat(),
            "timezone": schedule.timezone,
        }
    rule = schedule.rrule
    if "DTSTART" not in rule:
        rule = f"DTSTART:{anchor:%Y%m%dT%H%M%S}\n{rule}"
    return {"rrule": rule, "timezone": schedule.timezone}


def schedule_from(data: Mapping[str, Any]) -> Schedule:
    """Return the schedule that the server has."""
    body = data["schedule"]
    common = {
        "timezone": body.get("timezone") or "UTC",
        "slug": data.get("slug") or "",
        "parameters": data.get("parameters") or {},
        "active": data.get("active", True),
    }
    if "cron" in body:
        return Schedule(cron=body["cron"], **common)
    if "interval" in body:
        start = timestamp(body["anchor_date"])
        if start == schedules.ANCHOR.replace(tzinfo=zoneinfo.ZoneInfo(common["timezone"])).timestamp():
            start = None
        return Schedule(every=float(body["interval"]), start=start, **common)
    return Schedule(rrule=body["rrule"], **common)


def deployment_body(spec: DeploymentSpec, *, pool: str, pool_type: str) -> dict[str, Any]:
    """Return all of a deployment that can be changed later, without its schedules."""
    environment = dict(spec.env)
    for name, value in ((PROFILE, spec.profile), (NOTEBOOK, spec.notebook)):
        if value:
            environment[name] = value
    variables: dict[str, Any] = {"env": environment}
    if pool_type == "process":
        # Without a command the worker resolves a workspace for each run, which takes as long again as the start.
        variables["command"] = f"{shlex.quote(spec.python or sys.executable)} -m prefect.engine"
    working = spec.working_directory or spec.path
    entrypoint = spec.entrypoint if working == spec.path else f"{spec.path.rstrip('/')}/{spec.entrypoint}"
    return {
        "version": spec.version or None,
        "description": spec.description or None,
        "tags": sorted(spec.tags),
        "parameters": dict(spec.parameters),
        "parameter_openapi_schema": dict(spec.parameter_schema) or {"type": "object", "properties": {}},
        "enforce_parameter_schema": bool(spec.parameter_schema),
        "work_pool_name": pool,
        "job_variables": variables,
        # With a path alone, Prefect would copy the folder for each run.
        "path": None,
        "pull_steps": [{"prefect.deployments.steps.set_working_directory": {"directory": working}}],
        "entrypoint": entrypoint,
        "concurrency_limit": spec.concurrency_limit,
        "concurrency_options": (
            None if spec.concurrency_limit is None else {"collision_strategy": _COLLISION[spec.overlap]}
        ),
    }


def differences(body: Mapping[str, Any], server: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of `body` that `server`, a deployment as the API returns it, does not have."""
    limit = server.get("global_concurrency_limit") or {}
    has = {
        **server,
        "tags": sorted(server.get("tags") or []),
        "description": server.get("description") or None,
        "concurrency_limit": limit.get("limit"),
        "concurrency_options": _subset(server.get("concurrency_options"), body.get("concurrency_options")),
    }
    return {key: value for key, value in body.items() if has.get(key) != value}


def _subset(has: Mapping[str, Any] | None, wanted: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return `has` without what was not asked for, which the server fills in."""
    if has is None or wanted is None:
        return has
    return {key: has.get(key) for key in wanted}


def run_record(data: Mapping[str, Any], *, deployment: str = "", ui_url: str = "") -> RunRecord:
    """Return a flow run as the API returns it."""
    state = data.get("state") or {}
    return RunRecord(
        id=data["id"],
        name=data["name"],
        deployment=deployment,
        state=data.get("state_name") or state.get("name") or "",
        message=state.get("message") or "",
        expected_start=timestamp(data.get("expected_start_time")),
        start=timestamp(data.get("start_time")),
        end=timestamp(data.get("end_time")),
        auto_scheduled=bool(data.get("auto_scheduled")),
        url=f"{ui_url}/runs/flow-run/{data['id']}" if ui_url else "",
    )


def deployment_record(
    data: Mapping[str, Any], *, flow_name: str, last_run: RunRecord | None, ui_url: str = ""
) -> DeploymentRecord:
    """Return a deployment as the API returns it; the time of the next run is computed here."""
    entries = tuple(schedule_from(entry) for entry in data.get("schedules") or ())
    environment = (data.get("job_variables") or {}).get("env") or {}
    paused = bool(data.get("paused"))
    return DeploymentRecord(
        id=data["id"],
        name=data["name"],
        flow_name=flow_name,
        version=data.get("version") or "",
        profile=environment.get(PROFILE, ""),
        notebook=environment.get(NOTEBOOK, ""),
        paused=paused,
        schedules=entries,
        schedule_text="; ".join(schedules.describe(entry) for entry in entries),
        last_run=last_run,
        next_run=None if paused else _next(entries),
        updated=timestamp(data.get("updated")),
        tags=tuple(data.get("tags") or ()),
        url=f"{ui_url}/deployments/deployment/{data['id']}" if ui_url else "",
    )


def _next(entries: Iterable[Schedule]) -> float | None:
    times = [time.timestamp() for entry in entries if entry.active for time in schedules.next_runs(entry, 1)]
    return min(times, default=None)
