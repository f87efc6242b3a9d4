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
from jupyter_pipeline.orchestration.schedules.occurrences import next_runs

__all__ = ["to_rule"]

_DAY = 86400
_OFTEN = 10_000
"""Approximate number of times between the start of a rule and the present when it is deployed."""
_SHORTEST = 60
_WEEKDAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA", "SU")


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
    from cronsim import CronSim

    cron = CronSim(expression, dt.datetime(2024, 1, 1))
    fields = expression.split(" ")
    parts = ["BYSECOND=0", f"BYMINUTE={_listed(cron.minutes)}", f"BYHOUR={_listed(cron.hours)}"]
    if fields[3] != "*":
        parts.insert(0, f"BYMONTH={_listed(cron.months)}")
    days, weekdays = fields[2] != "*", fields[4] != "*"
    rules = []
    if days:
        if CronSim.LAST_WEEKDAY in cron.days:
            raise UsageError(
                f"The cron expression {expression!r} cannot have a start or an end: write it as an --rrule."
            )
        numbers = sorted(-1 if day == CronSim.LAST else day for day in cron.days)
        rules.append(f"FREQ=MONTHLY;BYMONTHDAY={_listed(numbers)}")
    if weekdays:
        rules.append(f"FREQ=MONTHLY;BYDAY={','.join(dict.fromkeys(map(_weekday, sorted(cron.weekdays, key=str))))}")
    # Two restricted day fields are joined by "or": two rules.
    return [";".join([rule, *parts]) for rule in rules or ["FREQ=DAILY"]]


def _shortest(expression: str) -> float:
    """Return the approximate number of seconds between two times of a day."""
    from cronsim import CronSim

    cron = CronSim(expression, dt.datetime(2024, 1, 1))
    return _DAY / (len(cron.minutes) * len(cron.hours))


def _weekday(day: int | tuple[int, int]) -> str:
    if isinstance(day, int):
        return _WEEKDAYS[day]
    number, which = day
    return f"{which if which > 0 else -1}{_WEEKDAYS[number]}"


def _listed(numbers: Iterable[int]) -> str:
    return ",".join(str(number) for number in sorted(numbers))
