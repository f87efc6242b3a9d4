"""Limits that several clusters share: of a run, of a deployment in a month, of a user in a month.

The ledger has the usage of all clusters, and the intervals that are open. An open interval counts until now, so that
clusters that start at once stop together when the sum reaches the limit.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from collections.abc import Iterator, Sequence

from jupyter_pipeline.clusters import ledger, spending
from jupyter_pipeline.clusters.limits import CAP_BEGINNINGS
from jupyter_pipeline.exceptions import PipelineError
from jupyter_pipeline.models import ClusterOrigin, Limits, UsageInterval
from jupyter_pipeline.units import format_money

__all__ = ["CapMonitor", "extend_open", "find_reached_cap", "has_caps"]

_READ_INTERVAL = 3.0
_MAX_SILENCE = 15.0  # seconds after which an open interval is one of a killed keeper
_SCOPES = ("run", "deployment", "user")


def has_caps(limits: Limits) -> bool:
    """Return True if a profile limits the usage of several clusters."""
    return any(getattr(limits, f"{scope}_{kind}") is not None for scope in _SCOPES for kind in ("budget", "core_hours"))


def extend_open(intervals: Sequence[UsageInterval], now: float) -> list[UsageInterval]:
    """Return open intervals until now, except those that were not written for long (pure).

    Parameters
    ----------
    intervals : sequence of UsageInterval
        Open intervals.
    now : float
        Seconds since the epoch.
    """
    return [
        dataclasses.replace(each, seconds=now - each.start)
        if 0 < now - each.start - each.seconds < _MAX_SILENCE
        else each
        for each in intervals
    ]


def find_reached_cap(
    limits: Limits,
    origin: ClusterOrigin,
    currency: str,
    intervals: Sequence[UsageInterval],
    now: float,
    zone: dt.tzinfo | None = None,
) -> str:
    """Return the reason why the limits of a run, a deployment or a user allow no more usage; empty if they do (pure).

    Parameters
    ----------
    limits : Limits
        Limits of the profile.
    origin : ClusterOrigin
        Run and user of the cluster.
    currency : str
        Currency of the profile. Costs in other currencies do not count.
    intervals : sequence of UsageInterval
        Usage of all clusters in this month at least, and of all clusters of the run.
    now : float
        Seconds since the epoch.
    zone : tzinfo, optional
        Time zone of months; by default the local one.
    """
    month = spending.find_month_start(now, zone)
    name = f"{dt.datetime.fromtimestamp(month, zone):%Y-%m}"
    for scope, subject, value, since in (
        ("run", "the run", origin.run, None),
        ("deployment", f"the deployment {origin.deployment} in {name}", origin.deployment, month),
        ("user", f"the user {origin.user} in {name}", origin.user, month),
    ):
        if not value:
            continue
        mine = [each for each in intervals if getattr(each, scope) == value]
        budget, hours = getattr(limits, f"{scope}_budget"), getattr(limits, f"{scope}_core_hours")
        if budget is not None and (cost := _add_costs(mine, currency, since)) >= budget:
            spent = format_money(cost, currency)
            return f"{CAP_BEGINNINGS[0]} {subject}, {format_money(budget, currency)}, is spent: {spent}"
        if hours is not None and (used := sum(map(spending.core_hours, _clip(mine, since)))) >= hours:
            return f"{CAP_BEGINNINGS[1]} {subject}, {hours:g}, are used: {used:.2f}"
    return ""


def _clip(intervals: Sequence[UsageInterval], since: float | None) -> Iterator[UsageInterval]:
    """Yield the parts of intervals since a time."""
    for each in intervals:
        if since is None or each.start + each.seconds > since:
            yield spending.clip(each, since)


def _add_costs(intervals: Sequence[UsageInterval], currency: str, since: float | None) -> float:
    return sum(
        spending.interval_cost(each) or 0.0
        for each in _clip(intervals, since)
        if str(each.price.get("currency", "")) == currency
    )


class CapMonitor:
    """Check the shared limits of one cluster, with the usage of all clusters.

    Parameters
    ----------
    limits : Limits
        Limits of the profile.
    origin : ClusterOrigin
        Run and user of the cluster.
    currency : str
        Currency of the profile.
    """

    def __init__(self, limits: Limits, origin: ClusterOrigin, currency: str) -> None:
        self._limits = limits
        self._origin = origin
        self._currency = currency
        self._read: float | None = None
        self._closed: list[UsageInterval] = []
        self._open: list[UsageInterval] = []

    def find_reason(self) -> str:
        """Return the reason to stop or to refuse the cluster, empty if it may run."""
        if not has_caps(self._limits):
            return ""
        clock, now = time.monotonic(), time.time()
        if self._read is None or clock - self._read >= _READ_INTERVAL:
            self._read = clock
            # A run may have begun in the month before.
            since = None if self._has_run_limit() else spending.find_month_start(now)
            try:
                self._closed = ledger.read_intervals(since, include_open=False)
            except PipelineError as error:  # written by a newer release: the usage is not known
                return f"{CAP_BEGINNINGS[0]} this month is not known: {error}"
            known = {(each.cluster, each.number) for each in self._closed}
            self._open = [each for each in ledger.read_open() if (each.cluster, each.number) not in known]
        intervals = [*self._closed, *extend_open(self._open, now)]
        return find_reached_cap(self._limits, self._origin, self._currency, intervals, now)

    def _has_run_limit(self) -> bool:
        return self._limits.run_budget is not None or self._limits.run_core_hours is not None
