"""Add up the ledger by owner, profile, pipeline, notebook, run or month (pure). Currencies are never added."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jupyter_pipeline.clusters.cost import hourly_rate
from jupyter_pipeline.models import CostRow, UsageInterval

__all__ = ["GROUPS", "add_up", "clip", "core_hours", "find_month_start", "interval_cost"]

GROUPS: Mapping[str, str] = {
    "owner": "user",
    "profile": "profile",
    "pipeline": "deployment",
    "notebook": "notebook",
    "run": "run_name",
    "month": "",
}
"""Field of an interval by grouping. The month is computed."""

_GIB = 2**30
_INTERACTIVE = "(interactive)"
_UNKNOWN = "(unknown)"


def is_price(price: Mapping[str, Any]) -> bool:
    """Return True if a price is a finite number from 0."""
    values = [price[key] for key in ("per_worker_hour", "per_core_hour") if key in price]
    return bool(values) and all(
        isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0
        for value in values
    )


def core_hours(interval: UsageInterval) -> float:
    """Return the core-hours of an interval."""
    return interval.cores * interval.seconds / 3600


def interval_cost(interval: UsageInterval) -> float | None:
    """Return the cost of an interval by its own price, ``None`` if that is not a finite number from 0."""
    if not is_price(interval.price):
        return None
    rate = hourly_rate(interval.price, workers=interval.workers, threads=interval.cores)
    return None if rate is None else rate * interval.seconds / 3600


def find_month_start(time: float, zone: dt.tzinfo | None = None, *, months: int = 0) -> float:
    """Return the start of the month of a time, or of a later month, in seconds since the epoch.

    Parameters
    ----------
    time : float
        Seconds since the epoch.
    zone : tzinfo, optional
        Time zone; by default the local one.
    months : int
        Number of later months.
    """
    day = dt.datetime.fromtimestamp(time, zone)
    years, month = divmod(day.month - 1 + months, 12)
    return dt.datetime(day.year + years, month + 1, 1, tzinfo=zone).timestamp()


def add_up(
    intervals: Iterable[UsageInterval],
    by: str,
    *,
    since: float | None = None,
    zone: dt.tzinfo | None = None,
) -> list[CostRow]:
    """Return core-hours, costs and waste by group, the months in their order, other groups by core-hours.

    Parameters
    ----------
    intervals : iterable of UsageInterval
        Intervals of the ledger.
    by : str
        A key of `GROUPS`.
    since : float, optional
        Start of the time that counts, in seconds since the epoch. An interval that began before counts in part.
    zone : tzinfo, optional
        Time zone of months; by default the local one.
    """
    sums: dict[tuple[str, str, bool], _Sum] = defaultdict(_Sum)
    for interval in intervals:
        for group, part in _split(clip(interval, since), by, zone):
            cost = interval_cost(part)
            currency = str(part.price.get("currency", "")) if cost is not None else ""
            key = (group, currency, cost is not None)
            sums[key].add(part, cost or 0.0)
    rows = [
        CostRow(
            group=group,
            core_hours=round(total.core_hours, 6),
            clusters=len(total.clusters),
            cost=round(total.cost, 6) if is_priced else None,
            currency=currency,
            measured_core_hours=round(total.measured_core_hours, 6),
            idle_core_hours=round(total.idle_core_hours, 6),
            unused_clusters=len(total.clusters - total.used_clusters),
            memory_hours=round(total.memory_hours, 6),
            unused_memory_hours=round(total.unused_memory_hours, 6),
        )
        for (group, currency, is_priced), total in sums.items()
    ]
    if by == "month":
        return sorted(rows, key=lambda row: (row.group, row.currency))
    return sorted(rows, key=lambda row: (-row.core_hours, row.group, row.currency))


@dataclasses.dataclass(slots=True)
class _Sum:
    """Sums of one group."""

    core_hours: float = 0.0
    cost: float = 0.0
    measured_core_hours: float = 0.0
    idle_core_hours: float = 0.0
    memory_hours: float = 0.0
    unused_memory_hours: float = 0.0
    clusters: set[str] = dataclasses.field(default_factory=set)
    used_clusters: set[str] = dataclasses.field(default_factory=set)
    """Clusters that had tasks, or of which that is not known."""

    def add(self, part: UsageInterval, cost: float) -> None:
        hours = core_hours(part)
        self.core_hours += hours
        self.cost += cost
        self.clusters.add(part.cluster)
        if part.has_tasks is not False:
            self.used_clusters.add(part.cluster)
        if part.busy is None:
            return
        self.measured_core_hours += hours
        self.idle_core_hours += max(0.0, hours - part.busy / 3600)
        limit = part.total_memory_limit
        memory_hours = limit / _GIB * part.seconds / 3600
        self.memory_hours += memory_hours
        self.unused_memory_hours += memory_hours * max(0.0, 1 - part.total_peak_memory / limit) if limit else 0.0


def clip(interval: UsageInterval, since: float | None) -> UsageInterval:
    """Return the part of an interval since a time."""
    if since is None or interval.start >= since:
        return interval
    return _part(interval, since, interval.start + interval.seconds)


def _part(interval: UsageInterval, start: float, end: float) -> UsageInterval:
    seconds, busy = max(0.0, end - start), interval.busy
    if busy is not None and interval.seconds:
        busy *= min(1.0, seconds / interval.seconds)  # the times of tasks within an interval are not known
    return dataclasses.replace(interval, start=start, seconds=seconds, busy=busy)


def _split(interval: UsageInterval, by: str, zone: dt.tzinfo | None) -> Iterator[tuple[str, UsageInterval]]:
    """Yield the groups of an interval with its parts; only months divide it."""
    if by != "month":
        group = str(getattr(interval, GROUPS[by]))
        yield group or (_INTERACTIVE if by in ("pipeline", "run") else _UNKNOWN), interval
        return
    start, end = interval.start, interval.start + interval.seconds
    while True:
        following = find_month_start(start, zone, months=1)
        name = f"{dt.datetime.fromtimestamp(start, zone):%Y-%m}"
        if end <= following:
            yield name, _part(interval, start, end)
            return
        yield name, _part(interval, start, following)
        start = following
