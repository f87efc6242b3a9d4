"""Estimate core-hours and costs before a start, from the profile and from earlier clusters (pure)."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass

from jupyter_pipeline.clusters.cost import hourly_rate
from jupyter_pipeline.clusters.spending import core_hours, interval_cost, is_price
from jupyter_pipeline.models import Estimate, Profile, UsageInterval
from jupyter_pipeline.units import format_duration, format_money

__all__ = ["PastRun", "collect_runs", "estimate"]

_MOST_RUNS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRun:
    """Usage of one earlier run, or of one earlier cluster without a run."""

    seconds: float
    """Time from the first to the last worker."""
    core_hours: float
    cost: float | None
    """``None`` without a price."""
    currency: str


def collect_runs(intervals: Sequence[UsageInterval]) -> list[PastRun]:
    """Return the usage of the last ten runs, the oldest first.

    Parameters
    ----------
    intervals : sequence of UsageInterval
        Intervals of the deployment or profile, the oldest first.
    """
    runs: dict[str, list[UsageInterval]] = {}
    for each in intervals:
        runs.setdefault(each.run or each.cluster, []).append(each)
    found = []
    for parts in list(runs.values())[-_MOST_RUNS:]:
        costs = [interval_cost(part) for part in parts]
        currencies = {str(part.price.get("currency", "")) for part in parts}
        known = [cost for cost in costs if cost is not None]
        is_priced = len(known) == len(costs) and len(currencies) == 1
        found.append(
            PastRun(
                seconds=max(part.start + part.seconds for part in parts) - min(part.start for part in parts),
                core_hours=sum(map(core_hours, parts)),
                cost=sum(known) if is_priced else None,
                currency=currencies.pop() if is_priced else "",
            )
        )
    return found


def estimate(
    profile: Profile,
    *,
    workers: int | None,
    threads: int | None,
    runs: Sequence[PastRun] = (),
    runs_per_month: int | None = None,
) -> Estimate:
    """Return the expected usage.

    Parameters
    ----------
    profile : Profile
        Profile of the cluster.
    workers : int or None
        Largest number of workers, ``None`` if it is not known.
    threads : int or None
        Threads of one worker, ``None`` if they are not known.
    runs : sequence of PastRun
        Earlier runs.
    runs_per_month : int, optional
        Number of runs that the schedules start in the next 30 days.
    """
    currency = str(profile.price.get("currency", ""))
    cores = workers * threads if workers is not None and threads is not None else None
    cost = None
    if is_price(profile.price) and workers is not None and ("per_worker_hour" in profile.price or cores is not None):
        cost = hourly_rate(profile.price, workers=workers, threads=cores or 0)
    hours_per_run = sum(run.core_hours for run in runs) / len(runs) if runs else None
    priced = [run.cost for run in runs if run.cost is not None and run.currency == currency]
    cost_per_run = sum(priced) / len(priced) if priced else None
    month = runs_per_month or None
    found = Estimate(
        text="",
        core_hours_per_hour=cores,
        cost_per_hour=cost,
        currency=currency,
        run_seconds=(min(run.seconds for run in runs), max(run.seconds for run in runs)) if runs else None,
        cost_per_run=cost_per_run,
        core_hours_per_run=hours_per_run,
        cost_per_month=cost_per_run * month if cost_per_run is not None and month else None,
        core_hours_per_month=hours_per_run * month if hours_per_run is not None and month else None,
    )
    return dataclasses.replace(found, text=_describe(found, workers, len(runs), profile))


def _describe(found: Estimate, workers: int | None, count: int, profile: Profile) -> str:
    """Return an estimate in one line."""
    parts = []
    if count and found.run_seconds is not None:
        each = _describe_amount(found.cost_per_run, found.core_hours_per_run, found.currency)
        text = f"about {each} a run"
        if found.core_hours_per_month is not None:
            text += f", {_describe_amount(found.cost_per_month, found.core_hours_per_month, found.currency)} a month"
        low, high = (format_duration(max(1.0, round(value))) for value in found.run_seconds)
        last = "the last one" if count == 1 else f"the last {count}"
        parts.append(f"{text}; {last} took {low if low == high else f'{low} to {high}'}")
    size = "an unknown number of workers" if workers is None else f"{workers} worker{'' if workers == 1 else 's'}"
    if found.cost_per_hour is not None or found.core_hours_per_hour is not None:
        rate = _describe_amount(found.cost_per_hour, found.core_hours_per_hour, found.currency)
        parts.append(f"{rate} an hour with {size}")
        limits = profile.limits
        if found.cost_per_hour is not None and (limits.lifetime is not None or limits.budget is not None):
            lifetime = math.inf if limits.lifetime is None else found.cost_per_hour * limits.lifetime / 3600
            most = min(lifetime, math.inf if limits.budget is None else limits.budget)
            parts.append(f"at most {format_money(most, found.currency)} until its limits stop it")
    elif not parts:
        parts.append(f"unknown: {size} of unknown cores, and no earlier run")
    return "; ".join(parts)


def _describe_amount(cost: float | None, hours: float | None, currency: str) -> str:
    amounts = []
    if cost is not None:
        amounts.append(format_money(cost, currency))
    if hours is not None:
        amounts.append(f"{hours:.3g} core-hours")
    return f"{amounts[0]} ({amounts[1]})" if len(amounts) == 2 else amounts[0]
