"""Schedules: read from what a person wrote, checked, told in words, and computed ahead (pure).

The meaning is Prefect's, so that the times shown are those that the server will use: a cron expression follows the wall
clock of its time zone through a change of daylight saving time; an interval counts elapsed time from an anchor, so that
for a time of day one takes cron; a recurrence rule (RFC 5545) is local to its time zone.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
import sys
import zoneinfo
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import Schedule

__all__ = [
    "ANCHOR",
    "SHORTEST",
    "describe",
    "duration",
    "duration_text",
    "from_mapping",
    "moment",
    "next_runs",
    "parse",
    "window",
    "windows",
    "zone",
]

SHORTEST = 1.0
"""Shortest interval, in seconds."""

ANCHOR = dt.datetime(2020, 1, 1)
"""Local time from which intervals and rules count where no start is given: a fixed one, so that deploying again changes
nothing, at midnight, so that an interval of 15 minutes fires at the quarters."""

_ALIASES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_FIELDS = ("minute", "hour", "day of the month", "month", "day of the week")
_HORIZON = dt.timedelta(days=366 * 9)
"""A cron expression that does not fire within it never will: 29 February comes back after eight years at most."""

_UNITS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}
_UNIT_NAMES = {"w": "week", "d": "day", "h": "hour", "m": "minute", "s": "second"}
_LONG_UNITS = {
    **{name: unit for unit, name in _UNIT_NAMES.items()},
    **{f"{name}s": unit for unit, name in _UNIT_NAMES.items()},
    "min": "m",
    "mins": "m",
    "sec": "s",
    "secs": "s",
    "hr": "h",
    "hrs": "h",
}


def parse(
    *,
    cron: str = "",
    every: str | float | None = None,
    rrule: str = "",
    timezone: str = "UTC",
    start: float | None = None,
    end: float | None = None,
    **more: Any,
) -> Schedule:
    """Return the schedule that was asked for.

    Parameters
    ----------
    cron : str
        Five fields, or an alias such as ``@daily``.
    every : str or float, optional
        An interval: seconds, or text such as ``15m``, ``1h30m``, ``2 days``.
    rrule : str
        A recurrence rule as in RFC 5545, such as ``FREQ=WEEKLY;BYDAY=MO``.
    timezone : str
        A name of the IANA database.
    start : float, optional
        When it begins to count, in seconds since the epoch.
    end : float, optional
        When it ends.
    **more
        Further fields of `Schedule`.

    Raises
    ------
    UsageError
        If not exactly one kind is given, if it is malformed, or if it never fires.
    """
    given = [name for name, value in (("cron", cron), ("every", every), ("rrule", rrule)) if value not in ("", None)]
    if len(given) != 1:
        what = f"{' and '.join(given)} were" if given else "none was"
        raise UsageError(f"A schedule is one of cron, every and rrule; {what} given.")
    tz = zone(timezone)
    schedule = Schedule(
        cron=_check_cron(cron) if cron else "",
        every=duration(every) if every not in ("", None) else None,
        rrule=_check_rrule(rrule, tz) if rrule else "",
        timezone=timezone,
        start=start,
        end=end,
        **more,
    )
    if rrule and not next_runs(schedule, 1):
        raise UsageError(
            f"The rule {rrule!r} has no time left in the future: it never fires. Move its end (UNTIL, COUNT)."
        )
    return schedule


def from_mapping(given: Mapping[str, Any], *, timezone: str = "UTC") -> Schedule:
    """Return the schedule that a mapping describes, such as ``{cron: "0 6 * * *", parameters: {region: eu}}``.

    Parameters
    ----------
    given : mapping
        ``cron``, ``every`` or ``rrule``, and ``timezone``, ``start``, ``end`` (dates, or times as ISO 8601 writes them;
        local to the time zone unless they say otherwise), ``parameters``, ``active``, ``slug``.
    timezone : str
        What counts where the mapping has none.

    Raises
    ------
    UsageError
        If a key is unknown or a value cannot be used.
    """
    raise NotImplementedError


def moment(value: Any, timezone: str) -> float:
    """Return a date or time in seconds since the epoch; what names no zone is local to `timezone`.

    Raises
    ------
    UsageError
        If it is neither.
    """
    raise NotImplementedError


def window(scheduled: Iterable[Schedule], at: float) -> tuple[float, float]:
    """Return the time window of the run that was due at a time: from the tick before it to its own.

    A run that no schedule made gets the window that ended last.
    """
    raise NotImplementedError


def windows(schedule: Schedule, start: float, end: float) -> list[tuple[float, float]]:
    """Return the time windows that end after `start` and not after `end`, the oldest first."""
    raise NotImplementedError


def next_runs(schedule: Schedule, count: int = 5, after: dt.datetime | None = None) -> list[dt.datetime]:
    """Return the next times of a schedule, in its own time zone.

    Parameters
    ----------
    schedule : Schedule
        The schedule.
    count : int
        How many at most; fewer come if it ends.
    after : datetime, optional
        An aware time; the results are later. By default now.
    """
    tz = zone(schedule.timezone)
    begin = (after or dt.datetime.now(dt.UTC)).astimezone(tz)
    if schedule.start is not None:
        begin = max(begin, dt.datetime.fromtimestamp(schedule.start, tz) - dt.timedelta(microseconds=1))
    if schedule.cron:
        times = _cron_times(schedule.cron, begin)
    elif schedule.every is not None:
        times = _interval_times(schedule.every, _anchor(schedule, tz), begin)
    else:
        times = _rule_times(schedule, tz, begin)
    return list(islice(times, count))


def describe(schedule: Schedule) -> str:
    """Return the schedule in words, such as ``At 06:00, Monday through Friday (Europe/Berlin)``."""
    if schedule.cron:
        from cron_descriptor import Options, get_description

        options = Options()
        options.use_24hour_time_format = True
        text = str(get_description(schedule.cron, options))
    elif schedule.every is not None:
        text = f"Every {duration_text(schedule.every)}"
    else:
        text = _rule_text(schedule.rrule)
    follows_the_clock = not (schedule.every is not None and schedule.every < _UNITS["h"])
    return f"{text} ({schedule.timezone})" if follows_the_clock else text


def zone(name: str) -> zoneinfo.ZoneInfo:
    """Return the time zone of a name.

    Raises
    ------
    UsageError
        If there is none; the nearest names are offered.
    """
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        pass
    known = zoneinfo.available_timezones()
    by_city = {n.lower(): n for n in known} | {n.rsplit("/", 1)[-1].lower(): n for n in sorted(known)}
    close = difflib.get_close_matches(name.lower().replace(" ", "_"), by_city, n=3, cutoff=0.6)
    offer = (
        f"Did you mean {' or '.join(dict.fromkeys(by_city[c] for c in close))}?"
        if close
        else "Use a name like Europe/Berlin."
    )
    raise UsageError(f"No time zone is called {name!r}. {offer}")


def duration(value: str | float) -> float:
    """Return an interval in seconds: from a number of seconds, or text such as ``15m``, ``1h30m``, ``2 days``.

    Raises
    ------
    UsageError
        If it cannot be read, or is shorter than a second.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = float(value)
    else:
        text = str(value).strip().lower()
        parts = re.findall(r"(\d+(?:\.\d+)?)\s*([a-z]*)", text)
        rest = re.sub(r"\d+(?:\.\d+)?\s*[a-z]*", "", text)
        units = [_LONG_UNITS.get(unit, unit) or "s" for _, unit in parts]
        bare = sum(1 for _, unit in parts if not unit)
        if not parts or rest.strip(" ,") or any(u not in _UNITS for u in units) or (bare and len(parts) > 1):
            raise UsageError(f"{value!r} is not an interval. Write it like 30s, 15m, 1h30m or 2d.")
        seconds = sum(float(number) * _UNITS[unit] for (number, _), unit in zip(parts, units, strict=True))
    if not SHORTEST <= seconds < 10 * 366 * 86400:
        raise UsageError(f"An interval of {value} is not possible: from 1 second to 10 years is.")
    return seconds


def duration_text(seconds: float) -> str:
    """Return an interval in words: ``1 hour 30 minutes``."""
    words = []
    rest = seconds
    for unit, size in _UNITS.items():
        number, rest = divmod(rest, size)
        if unit == "s":
            number += rest
        if number:
            words.append(f"{number:g} {_UNIT_NAMES[unit]}{'' if number == 1 else 's'}")
    text = " ".join(words)
    return text.removeprefix("1 ") if len(words) == 1 else text


def _check_cron(text: str) -> str:
    from cronsim import CronSim, CronSimError

    expression = _ALIASES.get(text.strip().lower(), " ".join(text.split()))
    fields = expression.split(" ")
    if len(fields) != len(_FIELDS):
        raise UsageError(
            f"The cron expression {text!r} has {len(fields)} field{'' if len(fields) == 1 else 's'} instead of 5: "
            "minute hour day-of-month month day-of-week, such as '0 6 * * 1-5'."
        )
    for position, (field, name) in enumerate(zip(fields, _FIELDS, strict=True)):
        alone = ["*"] * len(_FIELDS)
        alone[position] = field
        try:
            CronSim(" ".join(alone), dt.datetime(2024, 1, 1))
        except (CronSimError, AssertionError, ValueError) as error:
            raise UsageError(
                f"The cron expression {text!r} is wrong in field {position + 1}, the {name}: "
                f"{field!r} is not possible there."
            ) from error
    now = dt.datetime.now(dt.UTC)
    first = next(_cron_times(expression, now), None)
    if first is None or first - now > _HORIZON:
        raise UsageError(f"The cron expression {text!r} never fires: no month has such a day. Change day or month.")
    return expression


def _cron_times(expression: str, after: dt.datetime) -> Iterator[dt.datetime]:
    from cronsim import CronSim, CronSimError

    fields = expression.split(" ")
    if fields[2] != "*" and fields[4] != "*":
        # Prefect joins two restricted day fields by "or"; CronSim, like Debian's cron, by "and" if one begins with "*".
        fields[2] = re.sub(r"^\*/", "1-31/", fields[2])
        fields[4] = re.sub(r"^\*/", "0-6/", fields[4])
    try:
        yield from _on_the_clock(CronSim(" ".join(fields), after.replace(tzinfo=None)), after)
    except CronSimError:
        return


def _on_the_clock(times: Iterable[dt.datetime], after: dt.datetime) -> Iterator[dt.datetime]:
    """Yield local times as Prefect does: an hour that comes twice counts once, its first time.

    An hour that the clocks skip is moved: backwards by the library that Prefect uses before Python 3.13, forwards by
    the one that it uses since.
    """
    tz = after.tzinfo
    last = after
    for time in times:
        local = time.replace(tzinfo=tz)
        real = local.astimezone(dt.UTC).astimezone(tz)
        if real.replace(tzinfo=None) != time and sys.version_info < (3, 13):
            real = local.replace(fold=1).astimezone(dt.UTC).astimezone(tz)
        if real.timestamp() > last.timestamp():
            last = real
            yield real


def _anchor(schedule: Schedule, tz: zoneinfo.ZoneInfo) -> dt.datetime:
    if schedule.start is not None:
        return dt.datetime.fromtimestamp(schedule.start, tz)
    return ANCHOR.replace(tzinfo=tz)


def _interval_times(seconds: float, anchor: dt.datetime, after: dt.datetime) -> Iterator[dt.datetime]:
    """Yield times as Prefect's ``IntervalSchedule`` does.

    It goes from the anchor to the present by elapsed time, and from there by the wall clock if it is a day or longer.
    """
    tz = anchor.tzinfo
    passed = max(0, int((after.timestamp() - anchor.timestamp()) / seconds))
    time = (anchor.astimezone(dt.UTC) + dt.timedelta(seconds=seconds * passed)).astimezone(tz)
    while True:
        if time.timestamp() > after.timestamp():
            yield time
        if seconds >= _UNITS["d"]:
            time = (time + dt.timedelta(seconds=seconds)).astimezone(dt.UTC).astimezone(tz)
        else:
            time = (time.astimezone(dt.UTC) + dt.timedelta(seconds=seconds)).astimezone(tz)


def _check_rrule(text: str, tz: zoneinfo.ZoneInfo) -> str:
    from dateutil.rrule import rrulestr

    rule = text.strip()
    if "RRULE" not in rule.upper() and "=" in rule:
        rule = f"RRULE:{rule}"
    if "TZID" in rule:
        raise UsageError("A recurrence rule cannot name its own time zone (TZID): give it as the schedule's time zone.")

    def local(match: re.Match[str]) -> str:
        time = dt.datetime.strptime(match[2], "%Y%m%dT%H%M%S").replace(tzinfo=dt.UTC).astimezone(tz)
        return f"{match[1]}{time:%Y%m%dT%H%M%S}"

    try:
        # Prefect reads all times of a rule as local to the schedule's time zone, and chokes on a mixture.
        rule = re.sub(r"(UNTIL=|DTSTART:)(\d{8}T\d{6})Z", local, rule)
        rrulestr(rule, dtstart=ANCHOR)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UsageError(
            f"The recurrence rule {text!r} cannot be read ({error}). Write it like FREQ=WEEKLY;BYDAY=MO,FR;BYHOUR=6."
        ) from error
    return rule


def _rule_times(schedule: Schedule, tz: zoneinfo.ZoneInfo, after: dt.datetime) -> Iterator[dt.datetime]:
    from dateutil.rrule import rrulestr

    start = _anchor(schedule, tz).replace(tzinfo=None, microsecond=0)
    rule = rrulestr(schedule.rrule, dtstart=start)
    yield from _on_the_clock(rule.xafter(after.replace(tzinfo=None), inc=True), after)


def _rule_text(rule: str) -> str:
    body = rule.rsplit("RRULE:", 1)[-1]
    parts = dict(part.split("=", 1) for part in body.split(";") if "=" in part)
    unit = {
        "YEARLY": "year",
        "MONTHLY": "month",
        "WEEKLY": "week",
        "DAILY": "day",
        "HOURLY": "hour",
        "MINUTELY": "minute",
        "SECONDLY": "second",
    }.get(parts.get("FREQ", ""), "")
    interval = int(parts.get("INTERVAL", "1"))
    text = f"Every {unit}" if interval == 1 else f"Every {interval} {unit}s"
    names = {"BYDAY": "on", "BYMONTHDAY": "on day", "BYMONTH": "in month", "BYHOUR": "at hour", "BYMINUTE": "at minute"}
    for key, word in names.items():
        if key in parts:
            text += f", {word} {parts[key].replace(',', ', ')}"
    if "COUNT" in parts:
        text += f", {parts['COUNT']} times"
    if "UNTIL" in parts:
        text += f", until {parts['UNTIL'][:4]}-{parts['UNTIL'][4:6]}-{parts['UNTIL'][6:8]}"
    return text
