"""When schedules fire, computed ahead (pure).

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
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice, pairwise, takewhile
from typing import Any

from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import Schedule

__all__ = [
    "ANCHOR",
    "cron_times",
    "next_runs",
    "previous_run",
    "runs_between",
    "sent_as_rule",
    "window",
    "windows",
    "zone",
]

ANCHOR = dt.datetime(2020, 1, 1)
"""Local time from which intervals and rules count where no start is given: a fixed one, so that deploying again changes
nothing, at midnight, so that an interval of 15 minutes fires at the quarters."""

_DAY = 86400.0
_SECONDS = {"HOURLY": 3600, "MINUTELY": 60, "SECONDLY": 1}
_LOOKS_BACK = [_DAY / 24, _DAY, 8 * _DAY, 32 * _DAY, 367 * _DAY, 9 * 366 * _DAY]
"""Seconds before a time in which its last tick is looked for: the next longer one where it has none."""


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
    return list(islice(_times(schedule, after or dt.datetime.now(dt.UTC)), count))


def previous_run(schedule: Schedule, before: float) -> float | None:
    """Return the last time of a schedule before another, in seconds since the epoch, or ``None`` if it has none."""
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


def window(scheduled: Iterable[Schedule], at: float) -> tuple[float, float]:
    """Return the time window of the run that was due at a time: from the tick before it to its own.

    A run that no schedule made gets the window that ended last. The first run of a schedule that has a start begins its
    window there.

    Parameters
    ----------
    scheduled : iterable of Schedule
        The schedules of the deployment.
    at : float
        When the run was due, in seconds since the epoch.

    Raises
    ------
    UsageError
        If no schedule has fired until then.
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
            f"No schedule has fired until {until:%Y-%m-%d %H:%M} UTC, so that a run has no time window: give the "
            "parameters that it would set."
        )
    # Of several that end together, the longest window: an hourly and a daily run are both due at midnight.
    last = max(end for end, _ in ended)
    begins = [begin for end, begin in ended if end == last]
    return min((begin for begin in begins if begin is not None), default=last), last


def windows(schedule: Schedule, start: float, end: float) -> list[tuple[float, float]]:
    """Return the time windows of the runs that are due after `start` and not after `end`, the oldest first.

    They are those that the schedule would have given to its runs, whether it was in force at that time or not.
    """
    anchor = schedule.start
    if schedule.every is not None and anchor is not None and anchor > start:  # the same grid, continued backwards
        anchor -= schedule.every * (2 + (anchor - start) // schedule.every)
    always = replace(schedule, start=anchor if schedule.every is not None else None, end=None)
    due = list(runs_between(always, start, end))
    before = previous_run(always, due[0]) if due else None
    return list(pairwise(due if before is None else [before, *due]))


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


def sent_as_rule(schedule: Schedule) -> bool:
    """Return whether Prefect is given a recurrence rule in place of this schedule; see ``recurrence``.

    Its cron expressions have neither start nor end, its intervals have no end and fire before their anchor, too.
    """
    if schedule.cron:
        return schedule.start is not None or schedule.end is not None
    early = schedule.start is not None and schedule.start > dt.datetime.now(dt.UTC).timestamp()
    return schedule.every is not None and (early or schedule.end is not None)


def _times(schedule: Schedule, after: dt.datetime) -> Iterator[dt.datetime]:
    """Yield the times later than `after`, in the schedule's own time zone, until it ends."""
    tz = zone(schedule.timezone)
    begin = after.astimezone(tz)
    if schedule.start is not None:
        begin = max(begin, dt.datetime.fromtimestamp(schedule.start, tz) - dt.timedelta(microseconds=1))
    if schedule.cron:
        times = cron_times(schedule.cron, begin)
    elif schedule.every is not None:
        anchor = _anchor(schedule, tz)
        if sent_as_rule(schedule):  # which counts elapsed time alone
            anchor, begin = anchor.astimezone(dt.UTC), begin.astimezone(dt.UTC)
        times = (due.astimezone(tz) for due in _interval_times(schedule.every, anchor, begin))
    else:
        times = _rule_times(schedule, tz, begin)
    end = schedule.end
    return times if end is None else takewhile(lambda due: due.timestamp() < end, times)


def cron_times(expression: str, after: dt.datetime) -> Iterator[dt.datetime]:
    """Yield the times of a cron expression later than `after`, in its time zone."""
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
        if seconds >= _DAY:
            time = (time + dt.timedelta(seconds=seconds)).astimezone(dt.UTC).astimezone(tz)
        else:
            time = (time.astimezone(dt.UTC) + dt.timedelta(seconds=seconds)).astimezone(tz)


def _rule_times(schedule: Schedule, tz: zoneinfo.ZoneInfo, after: dt.datetime) -> Iterator[dt.datetime]:
    from dateutil.rrule import rrulestr

    start = _anchor(schedule, tz).replace(tzinfo=None, microsecond=0)
    local = after.replace(tzinfo=None)
    rule = _forwarded(rrulestr(schedule.rrule, dtstart=start), schedule.rrule, local)
    yield from _on_the_clock(rule.xafter(local, inc=True), after)


def _forwarded(rule: Any, text: str, after: dt.datetime) -> Any:
    """Return a rule that has the same times from `after` on, and begins shortly before it.

    The library goes through all times since the beginning, of which a rule of minutes has half a million a year. A
    rule that counts its times stays, as does a set of rules.
    """
    frequency = re.search(r"FREQ=(HOURLY|MINUTELY|SECONDLY)", text)
    if frequency is None or "COUNT" in text or not hasattr(rule, "replace"):
        return rule
    interval = re.search(r"INTERVAL=(\d+)", text)
    step = _SECONDS[frequency[1]] * int(interval[1] if interval else 1)
    passed = int((after - rule._dtstart).total_seconds() // step) - 1
    return rule.replace(dtstart=rule._dtstart + dt.timedelta(seconds=step * passed)) if passed > 0 else rule
