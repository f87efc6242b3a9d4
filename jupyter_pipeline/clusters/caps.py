"""Limits that several clusters share: of a run, of a deployment in a month, of a user in a month.

The ledger has the usage of all clusters, and the intervals that are open. An open interval counts until now, so that
clusters that start at once stop together when the sum reaches the limit.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence

from jupyter_pipeline.clusters import ledger, spending
from jupyter_pipeline.clusters.limits import CAP_BEGINNINGS, WARN_FRACTION, Decision
from jupyter_pipeline.exceptions import PipelineError
from jupyter_pipeline.models import ClusterOrigin, Limits, UsageInterval
from jupyter_pipeline.units import format_money

__all__ = ["CapMonitor", "check_caps", "extend_open", "note_other_currencies"]

_CHECK_INTERVAL = 3.0
_MAX_SILENCE = 15.0  # seconds after which an open interval is one of a killed keeper
_SCOPES = ("run", "deployment", "user")


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


def check_caps(
    limits: Limits,
    origin: ClusterOrigin,
    currency: str,
    intervals: Sequence[UsageInterval],
    now: float,
    zone: dt.tzinfo | None = None,
) -> Decision:
    """Decide whether the limits of a run, a deployment or a user stop the cluster now or soon (pure).

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
    warning = ""
    for scope, subject, parts in _split_by_scope(origin, intervals, now, zone):
        budget, hours = getattr(limits, f"{scope}_budget"), getattr(limits, f"{scope}_core_hours")
        if budget is not None:
            cost = _sum_costs(parts).get(currency, 0.0)
            spent = format_money(cost, currency)
            bound = f"{CAP_BEGINNINGS[0]} {subject}, {format_money(budget, currency)},"
            if cost >= budget:
                return Decision(stop=f"{bound} is spent: {spent}")
            if cost >= budget * (1 - WARN_FRACTION):
                warning = warning or f"{bound} is almost spent: {spent}"
        if hours is not None:
            used = sum(map(spending.core_hours, parts))
            bound = f"{CAP_BEGINNINGS[1]} {subject}, {hours:g},"
            if used >= hours:
                return Decision(stop=f"{bound} are used: {used:.2f}")
            if used >= hours * (1 - WARN_FRACTION):
                warning = warning or f"{bound} are almost used: {used:.2f}"
    return Decision(warning=warning)


def note_other_currencies(
    limits: Limits,
    origin: ClusterOrigin,
    currency: str,
    intervals: Sequence[UsageInterval],
    now: float,
    zone: dt.tzinfo | None = None,
) -> str:
    """Return a note on costs in other currencies, which count towards no limit; empty if there are none (pure).

    The parameters are the same as in `check_caps`.
    """
    notes = []
    for scope, subject, parts in _split_by_scope(origin, intervals, now, zone):
        others = {name: cost for name, cost in sorted(_sum_costs(parts).items()) if name != currency and cost > 0}
        if others and getattr(limits, f"{scope}_budget") is not None:
            amounts = " and ".join(
                format_money(cost, name) if name else f"{cost:.2f} without a currency" for name, cost in others.items()
            )
            only = f"limits.{scope}_budget counts only costs {f'in {currency}' if currency else 'without a currency'}."
            notes.append(f"{only} {subject[0].upper()}{subject[1:]} has also cost {amounts}.")
    return " ".join(notes)


def _split_by_scope(
    origin: ClusterOrigin, intervals: Sequence[UsageInterval], now: float, zone: dt.tzinfo | None
) -> Iterator[tuple[str, str, list[UsageInterval]]]:
    """Yield each scope of limits with its subject in words, and the usage that counts."""
    month = spending.find_month_start(now, zone)
    name = f"{dt.datetime.fromtimestamp(month, zone):%Y-%m}"
    for scope, subject, value, since in (
        ("run", "the run", origin.run, None),
        ("deployment", f"the deployment {origin.deployment} in {name}", origin.deployment, month),
        ("user", f"the user {origin.user} in {name}", origin.user, month),
    ):
        if value:
            parts = [
                spending.clip(each, since)
                for each in intervals
                if getattr(each, scope) == value and (since is None or each.start + each.seconds > since)
            ]
            yield scope, subject, parts


def _sum_costs(intervals: Sequence[UsageInterval]) -> dict[str, float]:
    """Return the costs by currency."""
    sums: dict[str, float] = defaultdict(float)
    for each in intervals:
        sums[str(each.price.get("currency", ""))] += spending.interval_cost(each) or 0.0
    return sums


def _has_cap(limits: Limits, scope: str) -> bool:
    return any(getattr(limits, f"{scope}_{kind}") is not None for kind in ("budget", "core_hours"))


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
        self._checked: float | None = None
        self._decision = Decision()
        self._values = {s: getattr(origin, s) for s in _SCOPES if getattr(origin, s) and _has_cap(limits, s)}
        """Run, deployment and user whose usage is limited."""
        # A run may have begun in the month before.
        since = None if "run" in self._values else spending.find_month_start(time.time())
        self._reader = ledger.LedgerReader(since, tuple(self._values.values()))

    def check(self) -> Decision:
        """Decide whether a shared limit stops or refuses the cluster now, or stops it soon, every three seconds."""
        if not self._values:
            return Decision()
        clock = time.monotonic()
        if self._checked is None or clock - self._checked >= _CHECK_INTERVAL:
            self._checked, self._decision = clock, self._decide()
        return self._decision

    def _decide(self) -> Decision:
        try:
            self._reader.read()
        except PipelineError as error:  # written by a newer release: the usage is not known
            return Decision(stop=f"{CAP_BEGINNINGS[0]} this month is not known: {error}")
        now = time.time()
        return check_caps(self._limits, self._origin, self._currency, self._list_usage(now), now)

    def note_other_currencies(self) -> str:
        """Return a note on costs that do not count, by the last check; empty if there are none."""
        now = time.time()
        return note_other_currencies(self._limits, self._origin, self._currency, self._list_usage(now), now)

    def _list_usage(self, now: float) -> list[UsageInterval]:
        return [*self._reader.closed.values(), *extend_open(self._reader.open, now)]
