"""Parse and check schedules (pure)."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Mapping
from typing import Any

from jupyter_pipeline.exceptions import NotFoundError, UsageError
from jupyter_pipeline.models import Schedule
from jupyter_pipeline.orchestration.schedules.cron import check_cron
from jupyter_pipeline.orchestration.schedules.occurrences import (
    ANCHOR,
    cron_times,
    load_timezone,
    needs_rule,
    next_runs,
)
from jupyter_pipeline.orchestration.schedules.rrule import to_rule
from jupyter_pipeline.orchestration.schedules.words import find_interval, is_in_words, to_cron
from jupyter_pipeline.paths import check_name
from jupyter_pipeline.units import parse_duration

__all__ = ["SHORTEST", "local_timezone", "parse_interval", "parse_schedule", "parse_time", "schedule_from_mapping"]

SHORTEST = 1.0
"""Shortest interval, in seconds."""

_HORIZON = dt.timedelta(days=366 * 9)
"""Time within which every cron expression that fires at all does so: 29 February recurs within eight years."""

_END = {True: " (UNTIL, COUNT)", False: ""}
_KEYS = ("cron", "every", "rrule", "timezone", "start", "end", "parameters", "active", "slug")


def parse_schedule(
    *,
    cron: str = "",
    every: str | float | None = None,
    rrule: str = "",
    timezone: str = "UTC",
    start: float | None = None,
    end: float | None = None,
    **more: Any,
) -> Schedule:
    """Return a checked schedule.

    Parameters
    ----------
    cron : str
        Five fields, or an alias such as ``@daily``; see `cron.check_cron`. Words are read, too; see `words.to_cron`.
    every : str or float, optional
        An interval: seconds, or text such as ``15m``, ``1h30m``, ``2 days``, or words as for `cron`.
    rrule : str
        A recurrence rule as in RFC 5545, such as ``FREQ=WEEKLY;BYDAY=MO``.
    timezone : str
        A name of the IANA database.
    start : float, optional
        First moment at which it may fire, in seconds since the epoch.
    end : float, optional
        Moment from which it no longer fires.
    **more
        Further fields of `Schedule`.

    Raises
    ------
    UsageError
        If not exactly one of `cron`, `every` and `rrule` is set, if it is malformed, or if it never fires.
    """
    kinds = [name for name, value in (("cron", cron), ("every", every), ("rrule", rrule)) if value not in ("", None)]
    if len(kinds) != 1:
        what = f"{' and '.join(kinds)} were" if kinds else "none was"
        raise UsageError(f"A schedule is one of cron, every and rrule; {what} given.")
    tz = load_timezone(timezone)
    if start is not None and end is not None and end <= start:
        raise UsageError("The schedule ends before it starts: it never fires. Set --end to a later time than --start.")
    if interval := find_interval(cron or str(every or "")):
        cron, every = "", interval
    if isinstance(every, str) and is_in_words(every):
        cron, every = every, None
    if is_in_words(cron):
        cron = to_cron(cron)
    schedule = Schedule(
        cron=_check_cron(cron) if cron else "",
        every=parse_interval(every) if every not in ("", None) else None,
        rrule=_check_rrule(rrule, tz) if rrule else "",
        timezone=timezone,
        start=start,
        end=end,
        **more,
    )
    if needs_rule(schedule):
        to_rule(schedule)  # raises if there is no such rule
    if (rrule or end is not None) and not next_runs(schedule, 1):
        what = f"The rule {rrule!r}" if rrule else "The schedule"
        raise UsageError(f"{what} has no time left in the future: it never fires. Move its end{_END[bool(rrule)]}.")
    return schedule


def schedule_from_mapping(mapping: Mapping[str, Any], *, timezone: str = "UTC") -> Schedule:
    """Return the schedule that a mapping describes, such as ``{cron: "0 6 * * *", parameters: {region: eu}}``.

    Parameters
    ----------
    mapping : mapping
        Keys ``cron``, ``every`` or ``rrule``, and ``timezone``, ``start``, ``end``, ``parameters``, ``active``,
        ``slug``. ``start`` and ``end`` are dates or times in ISO 8601, local to the time zone if they have no offset.
    timezone : str
        Time zone of a mapping without ``timezone``.

    Raises
    ------
    UsageError
        If a key is unknown or a value cannot be used.
    """
    for key in mapping:
        if key not in _KEYS:
            raise NotFoundError("key of a schedule", str(key), _KEYS)
    parameters = mapping.get("parameters") or {}
    if not isinstance(parameters, Mapping):
        raise UsageError(f"The parameters of a schedule are a mapping such as {{region: eu}}, not {parameters!r}.")
    if mapping.get("active") not in (None, True, False):
        raise UsageError(f"A schedule is active: true or active: false, not {mapping['active']!r}.")
    local = str(mapping.get("timezone") or timezone)
    fields: dict[str, Any] = {
        key: parse_time(mapping[key], local) for key in ("start", "end") if mapping.get(key) is not None
    }
    if mapping.get("slug"):
        fields["slug"] = check_name("schedule", str(mapping["slug"]))
    return parse_schedule(
        cron=str(mapping.get("cron") or ""),
        every=mapping.get("every"),
        rrule=str(mapping.get("rrule") or ""),
        timezone=local,
        parameters=dict(parameters),
        active=mapping.get("active"),
        **fields,
    )


def local_timezone() -> str:
    """Return the name of the time zone of this host; ``UTC`` if it has none."""
    import tzlocal

    return tzlocal.get_localzone_name() or "UTC"


def parse_time(value: Any, timezone: str) -> float:
    """Return a date or time in seconds since the epoch; a time without an offset is local to `timezone`.

    Parameters
    ----------
    value : str, date, datetime or float
        Such as ``2027-01-01``, ``2027-01-01T06:00`` or ``2027-01-01T06:00+01:00``; a number is seconds since the epoch.
    timezone : str
        A name of the IANA database.

    Raises
    ------
    UsageError
        If it is not a date or time.
    """
    tz = load_timezone(timezone)
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            time = dt.datetime.fromtimestamp(value, dt.UTC)
        elif isinstance(value, dt.date):  # YAML reads dates itself
            time = value if isinstance(value, dt.datetime) else dt.datetime.combine(value, dt.time())
        else:
            time = dt.datetime.fromisoformat(str(value).strip())
        return (time if time.tzinfo else time.replace(tzinfo=tz)).timestamp()
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(f"{value!r} is neither a date nor a time: write 2027-01-31 or 2027-01-31T06:00.") from error


def parse_interval(value: str | float) -> float:
    """Return an interval in seconds.

    Parameters
    ----------
    value : str or float
        A number of seconds, or text such as ``15m``, ``1h30m`` or ``2 days``.

    Raises
    ------
    UsageError
        If it is not a duration, has no unit, is shorter than a second, or exceeds ten years.
    """
    if isinstance(value, str) and re.fullmatch(r"[\d.]+", value.strip()):
        number = value.strip()
        raise UsageError(
            f"The interval {number!r} has no unit: write {number}m for minutes, {number}h for hours or {number}s for "
            "seconds."
        )
    try:
        seconds = parse_duration(value)
    except ValueError as error:
        raise UsageError(
            f"{error}: write an interval like 30s, 15m, 1h30m or 2d, or words like 'day at 6:00'."
        ) from error
    if seconds < SHORTEST:
        raise UsageError(f"The interval {value} is too short: write an interval of 1 second or more.")
    return seconds


def _check_cron(text: str) -> str:
    expression = check_cron(text)
    now = dt.datetime.now(dt.UTC)
    first = next(cron_times(expression, now), None)
    if first is None or first - now > _HORIZON:
        raise UsageError(f"The cron expression {text!r} never fires: no year has such a day. Change its fields.")
    return expression


def _check_rrule(text: str, tz: zoneinfo.ZoneInfo) -> str:
    from dateutil.rrule import rrulestr

    rule = text.strip()
    if "RRULE" not in rule.upper() and "=" in rule:
        rule = f"RRULE:{rule}"
    if "TZID" in rule:
        raise UsageError("A recurrence rule cannot have its own time zone (TZID). Use the time zone of the schedule.")

    def local(match: re.Match[str]) -> str:
        time = dt.datetime.strptime(match[2], "%Y%m%dT%H%M%S").replace(tzinfo=dt.UTC).astimezone(tz)
        return f"{match[1]}{time:%Y%m%dT%H%M%S}"

    try:
        # Prefect reads all times of a rule as local to the schedule's time zone, and fails on a mixture.
        rule = re.sub(r"(UNTIL=|DTSTART:)(\d{8}T\d{6})Z", local, rule)
        rrulestr(rule, dtstart=ANCHOR)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UsageError(
            f"The recurrence rule {text!r} cannot be read ({error}). Write it like FREQ=WEEKLY;BYDAY=MO,FR;BYHOUR=6."
        ) from error
    return rule
