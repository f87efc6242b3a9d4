"""Compute the times at which schedules fire (pure).

The rules are Prefect's, so that the times equal the server's. A cron expression follows the wall clock of its time zone
through changes of daylight saving time. An interval counts elapsed time from an anchor; from Prefect 3.9 on, intervals
of whole days follow the wall clock. A recurrence rule (RFC 5545) is local to its time zone.
"""

from __future__ import annotations

import datetime as dt
import difflib
import functools
import importlib.metadata
import re
import sys
import zoneinfo
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice, pairwise, takewhile
from typing import Any

from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import Schedule
from jupyter_pipeline.orchestration.schedules.cron import iterate_cron

__all__ = [
    "ANCHOR",
    "cron_times",
    "find_window",
    "list_windows",
    "load_timezone",
    "needs_rule",
    "next_runs",
    "previous_run",
    "runs_between",
]

ANCHOR = dt.datetime(2020, 1, 1)
"""Local time from which intervals and rules without a start count.

It is fixed, so that deploying again changes nothing, and at midnight, so that an interval of 15 minutes fires at the
quarter hours."""

_DAY = 86400.0
_LONGEST_SHIFT = dt.timedelta(hours=3)
"""Time after a change of the clocks in which shifted times may lie."""
_SECONDS = {"HOURLY": 3600, "MINUTELY": 60, "SECONDLY": 1}
_LOOKS_BACK = [_DAY / 24, _DAY, 8 * _DAY, 32 * _DAY, 367 * _DAY, 9 * 366 * _DAY]
"""Seconds before a time in which to look for the previous run, in the order of the attempts."""


def next_runs(schedule: Schedule, count: int = 5, after: dt.datetime | None = None) -> list[dt.datetime]:
    """Return the next times of a schedule, in its own time zone.

    Parameters
    ----------
    schedule : Schedule
        The schedule.
    count : int
        Maximum number of times; fewer if the schedule ends.
    after : datetime, optional
        An aware time before all results; by default the current time.
    """
    return list(islice(_times(schedule, after or dt.datetime.now(dt.UTC)), count))


def previous_run(schedule: Schedule, before: float) -> float | None:
    """Return the last time of a schedule before `before`, or ``None``; both in seconds since the epoch."""
    for seconds in _LOOKS_BACK:
        last = None
        for last in runs_between(schedule, before - seconds, before - 1e-3):  # noqa: B007 - the last one counts
            pass
        if last is not None:
            return last
    return None


def runs_between(schedule: Schedule, after: float, until: float) -> Iterator[float]:
    """Yield the times of a schedule later than `after` and not later than `until`, in seconds since the epoch."""
    times = (due.timestamp() for due in _times(schedule, dt.datetime.fromtimestamp(after, dt.UTC)))
    return takewhile(lambda due: due <= until, times)


def find_window(scheduled: Iterable[Schedule], at: float) -> tuple[float, float]:
    """Return the time window of the run that was due at `at`: from the previous scheduled time to its own.

    A run without a schedule gets the last window that ended before. The window of a schedule's first run begins at the
    start of the schedule.

    Parameters
    ----------
    scheduled : iterable of Schedule
        The schedules of the deployment.
    at : float
        Due time of the run in seconds since the epoch.

    Raises
    ------
    UsageError
        If no schedule has fired before `at`.
    """
    ended = []
    for schedule in scheduled:
        end = previous_run(schedule, at + 1.0)
        if end is not None:
            begin = previous_run(schedule, end)
            ended.append((end, begin if begin is not None else schedule.start))
    if not ended:
        until = dt.datetime.fromtimestamp(at, dt.UTC)
        raise UsageError(
            f"No schedule has fired until {until:%Y-%m-%d %H:%M} UTC, so a run has no time window. Set the "
            "parameters of the window."
        )
    # Of several that end together, the longest window: an hourly and a daily run are both due at midnight.
    last = max(end for end, _ in ended)
    begins = [begin for end, begin in ended if end == last]
    return min((begin for begin in begins if begin is not None), default=last), last


def list_windows(schedule: Schedule, start: float, end: float) -> list[tuple[float, float]]:
    """Return the time windows of the runs that are due after `start` and not after `end`, the oldest first.

    The windows do not depend on the start and end of the schedule.
    """
    anchor = schedule.start
    if schedule.every is not None and anchor is not None and anchor > start:  # the same grid, continued backwards
        anchor -= schedule.every * (2 + (anchor - start) // schedule.every)
    always = replace(schedule, start=anchor if schedule.every is not None else None, end=None)
    due = list(runs_between(always, start, end))
    before = previous_run(always, due[0]) if due else None
    return list(pairwise(due if before is None else [before, *due]))


def load_timezone(name: str) -> zoneinfo.ZoneInfo:
    """Return the time zone of a name.

    Raises
    ------
    UsageError
        If there is no such time zone; the message suggests similar names.
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


def needs_rule(schedule: Schedule) -> bool:
    """Return True if the schedule must be sent to Prefect as a recurrence rule, see `rrule.to_rule`.

    Prefect's cron expressions have neither start nor end. Its intervals have no end, and fire before their anchor too.
    """
    if schedule.cron:
        return schedule.start is not None or schedule.end is not None
    early = schedule.start is not None and schedule.start > dt.datetime.now(dt.UTC).timestamp()
    return schedule.every is not None and (early or schedule.end is not None)


def _times(schedule: Schedule, after: dt.datetime) -> Iterator[dt.datetime]:
    """Yield the times of a schedule later than `after`, in its own time zone."""
    tz = load_timezone(schedule.timezone)
    begin = after.astimezone(tz)
    if schedule.start is not None:
        begin = max(begin, dt.datetime.fromtimestamp(schedule.start, tz) - dt.timedelta(microseconds=1))
    if schedule.cron:
        times = cron_times(schedule.cron, begin)
    elif schedule.every is not None:
        anchor = _anchor(schedule, tz)
        if needs_rule(schedule):  # a rule counts elapsed time alone
            anchor, begin = anchor.astimezone(dt.UTC), begin.astimezone(dt.UTC)
        times = (due.astimezone(tz) for due in _interval_times(schedule.every, anchor, begin))
    else:
        times = _rule_times(schedule, tz, begin)
    end = schedule.end
    return times if end is None else takewhile(lambda due: due.timestamp() < end, times)


def cron_times(expression: str, after: dt.datetime) -> Iterator[dt.datetime]:
    """Yield the times of a cron expression later than `after`, in its time zone."""
    times = iterate_cron(expression, after.replace(tzinfo=None) - _shift_before(after))
    yield from _localize(times, after, forwards=_prefect_version() >= (3, 9))


def _shift_before(after: dt.datetime) -> dt.timedelta:
    """Return the length of a skipped hour just before `after`, whose times Prefect 3.9 moves to the hour after it."""
    offset, before = after.utcoffset(), (_utc(after) - _LONGEST_SHIFT).astimezone(after.tzinfo).utcoffset()
    if _prefect_version() < (3, 9) or offset is None or before is None:
        return dt.timedelta()
    return max(offset - before, dt.timedelta())


@functools.cache
def _prefect_version() -> tuple[int, int]:
    """Return the major and minor version of the installed Prefect, whose server fires the schedules."""
    major, minor = importlib.metadata.version("prefect").split(".")[:2]
    return int(major), int(minor)


def _localize(times: Iterable[dt.datetime], after: dt.datetime, *, forwards: bool) -> Iterator[dt.datetime]:
    """Yield local times later than `after` as Prefect does: a repeated hour counts once, its first time.

    Parameters
    ----------
    times : iterable of datetime
        Naive times in ascending order.
    after : datetime
        An aware time. The results have its time zone.
    forwards : bool
        Move the times of a skipped hour forwards. Prefect does so on Python 3.13 and later, and from 3.9 on for cron
        expressions on any Python; otherwise it moves them backwards.
    """
    tz = after.tzinfo
    last = after
    for time in times:
        local = time.replace(tzinfo=tz)
        real = _utc(local).astimezone(tz)
        if real.replace(tzinfo=None) != time and not forwards and sys.version_info < (3, 13):
            real = _utc(local.replace(fold=1)).astimezone(tz)
        if real.timestamp() > last.timestamp():
            last = real
            yield real


def _utc(time: dt.datetime) -> dt.datetime:
    return time.astimezone(dt.UTC)


def _anchor(schedule: Schedule, tz: zoneinfo.ZoneInfo) -> dt.datetime:
    if schedule.start is not None:
        return dt.datetime.fromtimestamp(schedule.start, tz)
    return ANCHOR.replace(tzinfo=tz)


def _interval_times(seconds: float, anchor: dt.datetime, after: dt.datetime) -> Iterator[dt.datetime]:
    """Yield times as Prefect's ``IntervalSchedule`` does.

    Intervals shorter than a day count elapsed time. From 3.9 on, Prefect counts whole days by the wall clock. It counts
    other intervals by elapsed time from the anchor to the present, and by the wall clock from there.
    """
    tz = anchor.tzinfo
    if seconds % _DAY == 0 and isinstance(tz, zoneinfo.ZoneInfo) and _prefect_version() >= (3, 9):
        time = _first_in_year(anchor.replace(tzinfo=None), tz, int(seconds // _DAY), after.year)
    else:
        passed = max(0, int((after.timestamp() - anchor.timestamp()) / seconds))
        time = (_utc(anchor) + dt.timedelta(seconds=seconds * passed)).astimezone(tz)
    while True:
        if time.timestamp() > after.timestamp():
            yield time
        time = (
            _add_days(time, seconds / _DAY)
            if seconds >= _DAY
            else (_utc(time) + dt.timedelta(seconds=seconds)).astimezone(tz)
        )


@functools.lru_cache(maxsize=4096)
def _first_in_year(anchor: dt.datetime, tz: zoneinfo.ZoneInfo, days: int, year: int) -> dt.datetime:
    """Return the first time of an interval of whole days in a year, or the anchor if that is later.

    An anchor in a skipped hour shifts all later times, so that the times must be computed one after the other.
    """
    if year <= anchor.year:
        return anchor.replace(tzinfo=tz)
    time = _first_in_year(anchor, tz, days, year - 1)
    while time.year < year:
        time = _add_days(time, days)
    return time


def _add_days(time: dt.datetime, days: float) -> dt.datetime:
    """Return the time some days later by the wall clock; a skipped hour is moved forwards."""
    return _utc(time + dt.timedelta(days=days)).astimezone(time.tzinfo)


def _rule_times(schedule: Schedule, tz: zoneinfo.ZoneInfo, after: dt.datetime) -> Iterator[dt.datetime]:
    from dateutil.rrule import rrulestr

    start = _anchor(schedule, tz).replace(tzinfo=None, microsecond=0)
    local = after.replace(tzinfo=None)
    rule = _forwarded(rrulestr(schedule.rrule, dtstart=start), schedule.rrule, local)
    yield from _localize(rule.xafter(local, inc=True), after, forwards=False)


def _forwarded(rule: Any, text: str, after: dt.datetime) -> Any:
    """Return a rule with the same times from `after` on that begins shortly before.

    The library iterates over all times since the beginning: half a million a year for a rule of minutes. A rule with
    ``COUNT`` and a set of rules are returned unchanged.
    """
    frequency = re.search(r"FREQ=(HOURLY|MINUTELY|SECONDLY)", text)
    if frequency is None or "COUNT" in text or not hasattr(rule, "replace"):
        return rule
    interval = re.search(r"INTERVAL=(\d+)", text)
    step = _SECONDS[frequency[1]] * int(interval[1] if interval else 1)
    passed = int((after - rule._dtstart).total_seconds() // step) - 1
    return rule.replace(dtstart=rule._dtstart + dt.timedelta(seconds=step * passed)) if passed > 0 else rule
