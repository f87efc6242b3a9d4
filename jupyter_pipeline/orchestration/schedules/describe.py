"""Describe schedules in words, and format their times in their time zone (pure)."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from jupyter_pipeline.models import Schedule
from jupyter_pipeline.orchestration.schedules.cron import describable_cron, expand_cron
from jupyter_pipeline.orchestration.schedules.occurrences import load_timezone, next_runs, previous_run
from jupyter_pipeline.units import format_duration

__all__ = ["describe_clock_change", "describe_schedule", "describe_times", "format_time"]

_HOUR = 3600
_AHEAD = 366
"""Number of days in which to look for a change of the clocks."""


def describe_times(schedules: Sequence[Schedule]) -> list[str]:
    """Return schedules in words without values of parameters, which may be private; ``none`` without schedules."""
    return [describe_schedule(replace(each, parameters={})) for each in schedules] or ["none"]


def describe_schedule(schedule: Schedule) -> str:
    """Return a schedule in words, such as ``At 06:00, Monday through Friday (Europe/Berlin)``."""
    if schedule.cron:
        text = _cron_text(schedule.cron)
    elif schedule.every is not None:
        text = f"Every {_interval_text(schedule.every)}"
    else:
        text = _rule_text(schedule.rrule)
    tz = load_timezone(schedule.timezone)
    for word, edge in (("from", schedule.start), ("until", schedule.end)):
        if edge is not None:
            time = dt.datetime.fromtimestamp(edge, tz)
            text += f", {word} {time:%Y-%m-%d}" + (f" {time:%H:%M}" if time.time() != dt.time() else "")
    follows_the_clock = not (schedule.every is not None and schedule.every < _HOUR)
    if follows_the_clock or schedule.start or schedule.end:
        text += f" ({schedule.timezone})"
    parameters = ", ".join(f"{name}={value!r}" for name, value in schedule.parameters.items())
    return f"{text} with {parameters}" if parameters else text


@functools.lru_cache(maxsize=4096)  # a millisecond each, in every list of deployments
def _cron_text(expression: str) -> str:
    """Return a cron expression in words, or as it is if there are none."""
    from cron_descriptor import FormatError, Options, get_description

    options = Options()
    options.use_24hour_time_format = True
    try:
        text = str(get_description(describable_cron(expression), options))
    except (FormatError, ValueError, IndexError):  # another program's expression, or a form without words
        return f"Cron {expression}"
    days, weekdays = expand_cron(expression)[0][2:5:2]
    if days != ["*"] and weekdays != ["*"] and ", or " not in text:  # the server joins them by "or"
        text += ": a day that matches either"
    return text


def _interval_text(seconds: float) -> str:
    """Return an interval in words, such as ``hour`` or ``1 hour 30 minutes``."""
    text = format_duration(seconds, long=True)
    return text.removeprefix("1 ") if text.count(" ") == 1 else text


def format_time(time: dt.datetime) -> str:
    """Return a time in its time zone, such as ``Mon 23 Nov 2026 06:00 CET``."""
    return f"{time:%a %d %b %Y %H:%M}{f':{time:%S}' if time.second else ''} {time:%Z}"


def describe_clock_change(schedule: Schedule, now: dt.datetime | None = None) -> str:
    """Return the effect of the next change of the clocks on a schedule; empty if there is none.

    Parameters
    ----------
    schedule : Schedule
        The schedule. A change does not affect schedules that fire every hour or more often.
    now : datetime, optional
        An aware time; by default the current time.

    Returns
    -------
    str
        The last run before the change and the two after it, such as ``The clocks change on Sun 28 Mar 2027: Sat 27
        Mar 2027 06:00 CET, then Sun 28 Mar 2027 06:00 CEST, then Mon 29 Mar 2027 06:00 CEST``.
    """
    change = _next_change((now or dt.datetime.now(dt.UTC)).astimezone(load_timezone(schedule.timezone)))
    if change is None:
        return ""
    before = previous_run(schedule, change.timestamp())
    around = [] if before is None else [dt.datetime.fromtimestamp(before, change.tzinfo)]
    first = next_runs(schedule, 1, after=_utc(change) - dt.timedelta(seconds=1))
    # Compute each time from the one before, as the server does, which looks only a little ahead.
    second = next_runs(schedule, 1, after=first[0]) if first else []
    around = [*around, *first, *second]
    if not first or any(_utc(b) - _utc(a) <= dt.timedelta(hours=1) for a, b in pairwise(around)):
        return ""
    return f"The clocks change on {change:%a %d %b %Y}: {', then '.join(map(format_time, around))}"


def _next_change(after: dt.datetime) -> dt.datetime | None:
    """Return the first full hour at which the time zone of `after` has another offset from UTC."""
    tz, offset = after.tzinfo, after.utcoffset()
    day = _utc(after).replace(minute=0, second=0, microsecond=0)
    for _ in range(_AHEAD):
        day += dt.timedelta(days=1)
        if day.astimezone(tz).utcoffset() != offset:
            hours = (day - dt.timedelta(hours=back) for back in range(24, -1, -1))
            return next(hour.astimezone(tz) for hour in hours if hour.astimezone(tz).utcoffset() != offset)
    return None


def _utc(time: dt.datetime) -> dt.datetime:
    return time.astimezone(dt.UTC)


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
