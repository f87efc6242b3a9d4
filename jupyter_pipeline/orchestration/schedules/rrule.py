"""Convert schedules with a start or an end to recurrence rules (pure).

Prefect's cron expressions have neither start nor end, and its intervals have no end. Its recurrence rules (RFC 5545)
have both. The rule of a cron expression lists minutes, hours, days and months. The rule of an interval counts from a
first time.
"""

from __future__ import annotations

import datetime as dt
import time
import zoneinfo
from collections.abc import Iterable

from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import Schedule
from jupyter_pipeline.orchestration.schedules.cron import expand_cron
from jupyter_pipeline.orchestration.schedules.occurrences import next_runs

__all__ = ["to_rule"]

_DAY = 86400
_OFTEN = 10_000
"""Approximate number of times between the start of a rule and the present when it is deployed."""
_SHORTEST = 60
_EVERY = ["*"]
_WEEKDAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")


def to_rule(schedule: Schedule) -> tuple[str, str]:
    """Return the recurrence rule that fires when `schedule` does, and its time zone.

    Parameters
    ----------
    schedule : Schedule
        A schedule with a start or an end.

    Raises
    ------
    UsageError
        If no rule has the same times.
    """
    timezone = schedule.timezone if schedule.cron else "UTC"  # elapsed time has no change of the clocks
    tz = zoneinfo.ZoneInfo(timezone)
    rules = _interval(schedule.every) if schedule.every is not None else _cron(schedule.cron)
    first = dt.datetime.fromtimestamp(_first(schedule), tz)
    until = "" if schedule.end is None else f";UNTIL={dt.datetime.fromtimestamp(schedule.end - 1, tz):%Y%m%dT%H%M%S}"
    return "\n".join([f"DTSTART:{first:%Y%m%dT%H%M%S}", *(f"RRULE:{rule}{until}" for rule in rules)]), timezone


def _first(schedule: Schedule) -> float:
    """Return the start of the rule: a time of an interval, or any time before the first run of a cron expression.

    The server iterates over all times since the start whenever it reads the schedule, so there must not be too many.
    The start advances in long steps only, so that equal schedules have equal rules.
    """
    if schedule.start is not None:
        return schedule.start
    assert schedule.end is not None
    reach = _OFTEN * (schedule.every or _shortest(schedule.cron))
    floor = schedule.end - reach * max(1, -int((time.time() - schedule.end) // reach))
    if schedule.every is None:
        return float(int(floor))
    grid = Schedule(every=schedule.every, timezone=schedule.timezone)
    return next_runs(grid, 1, dt.datetime.fromtimestamp(floor, dt.UTC))[0].timestamp()


def _interval(seconds: float) -> list[str]:
    if seconds % 1 or seconds < _SHORTEST:
        raise UsageError(
            f"An interval of {seconds:g} seconds can have neither start nor end. Use whole seconds, 60 or more."
        )
    return [f"FREQ=SECONDLY;INTERVAL={seconds:.0f}"]


def _cron(expression: str) -> list[str]:
    values, numbered = expand_cron(expression)
    minutes, hours, days, months, weekdays = values[:5]
    seconds: list[int | str] = values[5] if len(values) > 5 else [0]
    parts = [
        f"{part}={_listed(listed)}"
        for part, listed in (
            ("BYMONTH", months),
            ("BYSECOND", _all(seconds, 60)),
            ("BYMINUTE", _all(minutes, 60)),
            ("BYHOUR", _all(hours, 24)),
        )
        if listed != _EVERY
    ]
    rules = []
    if days != _EVERY:
        rules.append(f"FREQ=MONTHLY;BYMONTHDAY={_listed([-1 if day == 'l' else day for day in days])}")
    if weekdays != _EVERY:
        named = [
            f"{number}{_WEEKDAYS[int(day)]}"
            for day in weekdays
            for number in sorted((-1 if each == "l" else each for each in numbered.get(int(day), ())), key=str) or [""]
        ]
        rules.append(f"FREQ=MONTHLY;BYDAY={','.join(named)}")
    # Two restricted day fields are joined by "or": two rules.
    return [";".join([rule, *parts]) for rule in rules or ["FREQ=DAILY"]]


def _shortest(expression: str) -> float:
    """Return the approximate number of seconds between two times of a day."""
    minutes, hours, *_ = expand_cron(expression)[0]
    return _DAY / (len(_all(minutes, 60)) * len(_all(hours, 24)))


def _all(values: list[int | str], count: int) -> list[int | str]:
    return [*range(count)] if values == _EVERY else values


def _listed(numbers: Iterable[int | str]) -> str:
    return ",".join(str(number) for number in sorted(map(int, numbers)))
