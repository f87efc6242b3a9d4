"""Between our records and Prefect's JSON (pure).

Only what Prefect lets one change afterwards carries our own data: profile, notebook and settings travel as environment
variables of the run, where a run can read them too, because the labels of a deployment are fixed at its creation.
"""

from __future__ import annotations

import datetime as dt
import json
import shlex
import sys
import zoneinfo
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from jupyter_pipeline.models import DeploymentRecord, DeploymentSpec, RunRecord, Schedule
from jupyter_pipeline.orchestration.alerts.automations import HEARTBEAT
from jupyter_pipeline.orchestration.schedules import describe, occurrences, rrule
from jupyter_pipeline.orchestration.schedules import parse as schedules

__all__ = [
    "deployment_body",
    "deployment_record",
    "differences",
    "environment_of",
    "run_record",
    "schedule_body",
    "schedule_from",
    "schedules_of",
    "settings_in",
    "settings_of",
    "timestamp",
]

PROFILE = "JUPYTER_PIPELINE_PROFILE"
NOTEBOOK = "JUPYTER_PIPELINE_NOTEBOOK"
SETTINGS = "JUPYTER_PIPELINE_SETTINGS"
"""What Prefect has no field for, as JSON: policies, owner, target, windows, schedules that are sent as rules."""

MAKE_ROOM = "jupyter_pipeline.orchestration.runs.overlap.make_room"
"""Name of the step by which a run stops older ones."""
COMPARE_PACKAGES = "jupyter_pipeline.workflows.drift.check_packages"
"""Name of the step by which a run looks at its packages."""

_COLLISION = {"skip": "CANCEL_NEW", "queue": "ENQUEUE"}
_NONE_OF_PREFECT_S = 10_000
"""A limit that lets all runs begin. Taking away a limit would let the runs that count under it fail at their end."""


def timestamp(text: str | None) -> float | None:
    """Return seconds since the epoch."""
    return None if text is None else dt.datetime.fromisoformat(text).timestamp()


def schedule_body(schedule: Schedule) -> dict[str, Any]:
    """Return a schedule as Prefect's API takes it, and returns it.

    What the server would fill in (the anchor of an interval, the start of a rule) is always given, so that the same
    schedule is the same text.
    """
    return _as_rule(schedule) if occurrences.sent_as_rule(schedule) else _native(schedule)


def _as_rule(schedule: Schedule) -> dict[str, Any]:
    rule, timezone = rrule.as_rule(schedule)
    return {"rrule": rule, "timezone": timezone}


def _native(schedule: Schedule) -> dict[str, Any]:
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
    if schedule.end is not None:
        rule += f";UNTIL={dt.datetime.fromtimestamp(schedule.end - 1, tz):%Y%m%dT%H%M%S}"
    return {"rrule": rule, "timezone": schedule.timezone}


def schedule_from(data: Mapping[str, Any], settings: Mapping[str, Any] | None = None) -> Schedule:
    """Return the schedule that the server has.

    Parameters
    ----------
    data : mapping
        The schedule as the API returns it.
    settings : mapping, optional
        Of its deployment, see `settings_of`: they know what was sent as a rule.
    """
    body = data["schedule"]
    common: dict[str, Any] = {
        "slug": data.get("slug") or "",
        "parameters": data.get("parameters") or {},
        "active": data.get("active", True),
    }
    written = ((settings or {}).get("schedules") or {}).get(common["slug"])
    if written is not None:
        meant = Schedule(**{**written, **common})
        sent = [_native(meant), *([_as_rule(meant)] if "rrule" in body and not meant.rrule else [])]
        if _without_start(body) in map(_without_start, sent):  # nobody has changed it by other means
            return meant
    common["timezone"] = body.get("timezone") or "UTC"
    if "cron" in body:
        return Schedule(cron=body["cron"], **common)
    if "interval" in body:
        start = timestamp(body["anchor_date"])
        if start == schedules.ANCHOR.replace(tzinfo=zoneinfo.ZoneInfo(common["timezone"])).timestamp():
            start = None
        return Schedule(every=float(body["interval"]), start=start, **common)
    return Schedule(rrule=body["rrule"], **common)


def _without_start(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schedule's body without the time from which a rule counts, which may be a later one by now."""
    rule = "\n".join(line for line in body.get("rrule", "").split("\n") if not line.startswith("DTSTART"))
    return {**body, "rrule": rule}


def _heartbeat(spec: DeploymentSpec) -> dict[str, str]:
    if not any("heartbeat" in alert.events for alert in spec.alerts):
        return {}
    return {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT)}


def settings_in(spec: DeploymentSpec) -> dict[str, Any]:
    """Return what a deployment's `SETTINGS` will hold; what is empty is left out."""
    edged = {
        schedule.slug: {
            key: value
            for key, value in schedule.to_dict().items()
            if key in ("cron", "every", "rrule", "timezone", "start", "end") and value not in ("", None)
        }
        for schedule in spec.schedules
        if schedule.start is not None or schedule.end is not None
    }
    settings = {
        "limit": spec.concurrency_limit,
        "overlap": spec.overlap,
        "catch_up": spec.catch_up,
        "owner": spec.owner,
        "target": spec.target,
        "profile": spec.profile if spec.profile_file else "",
        "windows": dict(spec.windows),
        "schedules": edged,
    }
    return {key: value for key, value in settings.items() if value}


def settings_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return our own settings of a deployment as the API returns it; empty where it was made by other means."""
    try:
        found = json.loads(environment_of(data).get(SETTINGS) or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def schedules_of(data: Mapping[str, Any]) -> tuple[Schedule, ...]:
    """Return the schedules of a deployment as the API returns it."""
    settings = settings_of(data)
    return tuple(schedule_from(entry, settings) for entry in data.get("schedules") or ())


def environment_of(data: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the environment variables of a deployment's runs."""
    return (data.get("job_variables") or {}).get("env") or {}


def deployment_body(spec: DeploymentSpec, *, pool: str, pool_type: str) -> dict[str, Any]:
    """Return all of a deployment that can be changed later, without its schedules."""
    environment = {**_heartbeat(spec), **spec.env, SETTINGS: json.dumps(settings_in(spec), sort_keys=True)}
    for name, value in ((PROFILE, spec.profile_file or spec.profile), (NOTEBOOK, spec.notebook)):
        if value:
            environment[name] = value
    variables: dict[str, Any] = {"env": environment}
    if pool_type == "process":
        # Without a command the worker resolves a workspace for each run, which takes as long again as the start.
        variables["command"] = f"{shlex.quote(spec.python or sys.executable)} -m prefect.engine"
    working = spec.working_directory or spec.path
    entrypoint = spec.entrypoint if working == spec.path else f"{spec.path.rstrip('/')}/{spec.entrypoint}"
    pull: list[dict[str, Any]] = [{"prefect.deployments.steps.set_working_directory": {"directory": working}}]
    limit = spec.concurrency_limit
    if spec.overlap not in _COLLISION and limit is not None:  # the run itself sees to it
        pull.insert(0, {MAKE_ROOM: {"limit": limit}})
        limit = _NONE_OF_PREFECT_S
    if spec.drift:
        lock = f"{spec.path.rstrip('/')}/requirements.lock"
        pull.append({COMPARE_PACKAGES: {"lock": lock, "policy": spec.drift}})
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
        "pull_steps": pull,
        "entrypoint": entrypoint,
        "concurrency_limit": limit,
        "concurrency_options": None
        if limit is None
        else {"collision_strategy": _COLLISION.get(spec.overlap, "ENQUEUE")},
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
        version=data.get("deployment_version") or "",
        parameters=data.get("parameters") or {},
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
    entries = schedules_of(data)
    settings, environment = settings_of(data), environment_of(data)
    paused = bool(data.get("paused"))
    return DeploymentRecord(
        id=data["id"],
        name=data["name"],
        flow_name=flow_name,
        version=data.get("version") or "",
        profile=settings.get("profile") or Path(environment.get(PROFILE, "")).stem,
        notebook=environment.get(NOTEBOOK, ""),
        paused=paused,
        schedules=entries,
        schedule_text="; ".join(describe.describe(entry) for entry in entries),
        last_run=last_run,
        next_run=None if paused else _next(entries),
        updated=timestamp(data.get("updated")),
        tags=tuple(data.get("tags") or ()),
        owner=settings.get("owner", ""),
        target=settings.get("target", ""),
        overlap=settings.get("overlap", ""),
        catch_up=settings.get("catch_up", ""),
        concurrency_limit=settings.get("limit") or (data.get("global_concurrency_limit") or {}).get("limit"),
        url=f"{ui_url}/deployments/deployment/{data['id']}" if ui_url else "",
    )


def _next(entries: Iterable[Schedule]) -> float | None:
    times = [time.timestamp() for entry in entries if entry.active for time in schedules.next_runs(entry, 1)]
    return min(times, default=None)
