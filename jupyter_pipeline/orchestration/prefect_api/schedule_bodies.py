"""Convert schedules to Prefect's JSON and back (pure)."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Mapping
from typing import Any

from jupyter_pipeline.models import Schedule
from jupyter_pipeline.orchestration import schedules

__all__ = ["parse_timestamp", "schedule_body", "to_schedule", "without_start"]


def parse_timestamp(text: str | None) -> float | None:
    """Return a time of the API in seconds since the epoch."""
    return None if text is None else dt.datetime.fromisoformat(text).timestamp()


def schedule_body(schedule: Schedule) -> dict[str, Any]:
    """Return a schedule in the form that the API accepts and returns.

    The anchor of an interval and the start of a rule are always included, so that equal schedules have equal bodies.
    """
    return _as_rule(schedule) if schedules.needs_rule(schedule) else _native(schedule)


def _as_rule(schedule: Schedule) -> dict[str, Any]:
    rule, timezone = schedules.to_rule(schedule)
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


def to_schedule(data: Mapping[str, Any], settings: Mapping[str, Any] | None = None) -> Schedule:
    """Return the schedule of an entry of the API.

    Parameters
    ----------
    data : mapping
        The entry in the schedules of a deployment.
    settings : mapping, optional
        Settings of the deployment, see `records.get_settings`: they hold schedules that were sent as rules.
    """
    body = data["schedule"]
    common: dict[str, Any] = {
        "slug": data.get("slug") or "",
        "parameters": data.get("parameters") or {},
        "active": data.get("active", True),
    }
    written = ((settings or {}).get("schedules") or {}).get(common["slug"])
    if written is not None:
        original = Schedule(**{**written, **common})
        sent = [_native(original), *([_as_rule(original)] if "rrule" in body and not original.rrule else [])]
        if without_start(body) in map(without_start, sent):  # no other program has changed it
            return original
    common["timezone"] = body.get("timezone") or "UTC"
    if "cron" in body:
        return Schedule(cron=body["cron"], **common)
    if "interval" in body:
        start = parse_timestamp(body["anchor_date"])
        if start == schedules.ANCHOR.replace(tzinfo=zoneinfo.ZoneInfo(common["timezone"])).timestamp():
            start = None
        return Schedule(every=float(body["interval"]), start=start, **common)
    return Schedule(rrule=body["rrule"], **common)


def without_start(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of a schedule without the start of its rule, which may have advanced."""
    rule = "\n".join(line for line in body.get("rrule", "").split("\n") if not line.startswith("DTSTART"))
    return {**body, "rrule": rule}
