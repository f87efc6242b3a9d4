"""Compute the cost of a cluster from its profile's price and its running workers. The caller passes the time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jupyter_pipeline.models import Profile
from jupyter_pipeline.units import format_duration

__all__ = ["CostMeter", "estimate_cost", "hourly_rate"]


def hourly_rate(price: Mapping[str, Any], *, workers: int, threads: int) -> float | None:
    """Return the cost per hour.

    Parameters
    ----------
    price : mapping
        See `Profile.price`.
    workers, threads : int
        Number of running workers, and of their threads.

    Returns
    -------
    float or None
        Cost in the currency of `price`, ``None`` if `price` is empty.
    """
    if "per_worker_hour" in price:
        return float(price["per_worker_hour"]) * workers
    if "per_core_hour" in price:
        return float(price["per_core_hour"]) * threads
    return None


class CostMeter:
    """Add up the cost of one cluster.

    Parameters
    ----------
    price : mapping
        See `Profile.price`.
    now : float
        Seconds of a monotonic clock.
    """

    def __init__(self, price: Mapping[str, Any], now: float) -> None:
        self._price = price
        self._last = now
        self._total = 0.0

    @property
    def total(self) -> float | None:
        """Cost until the last call of `add`, ``None`` without a price."""
        return round(self._total, 4) if self._price else None

    def add(self, now: float, *, workers: int, threads: int) -> float:
        """Add the cost of `workers` with `threads` since the last call until `now`, and return the total."""
        rate = hourly_rate(self._price, workers=workers, threads=threads)
        if rate is not None:
            self._total += rate * (now - self._last) / 3600
        self._last = now
        return self._total


def estimate_cost(profile: Profile, workers: int | None = None) -> str:
    """Return the estimated cost of a cluster as text; empty without a price.

    Parameters
    ----------
    profile : Profile
    workers : int, optional
        Number of workers; the profile's by default.

    Examples
    --------
    >>> price = {"currency": "EUR", "per_worker_hour": 0.5}
    >>> estimate_cost(Profile(name="p", cluster_class="a.B", price=price, workers=4))
    'about 2 EUR an hour with 4 workers, at most 48 EUR until its lifetime of 1 d ends'
    """
    rate = _estimate_hourly_rate(profile)
    if not rate:
        return ""
    size = workers or profile.workers
    bound = ""
    if size is None:
        size = profile.adapt_kwargs.get("maximum") or profile.limits.max_workers or 1
        bound = "up to " if size != 1 else ""
    currency = str(profile.price.get("currency", "")).strip()
    hourly = rate * int(size)
    text = f"about {hourly:g} {currency} an hour with {bound}{size} worker{'s' if size != 1 else ''}".replace("  ", " ")
    ends = []
    if profile.limits.lifetime:
        total = hourly * profile.limits.lifetime / 3600
        ends.append((total, f"until its lifetime of {format_duration(profile.limits.lifetime)} ends"))
    if profile.limits.budget:
        ends.append((profile.limits.budget, "until its budget is spent"))
    if ends:
        total, until = min(ends)
        text += f", at most {total:g} {currency} {until}".replace("  ", " ")
    return text


def _estimate_hourly_rate(profile: Profile) -> float:
    price = profile.price
    cores = profile.cluster_kwargs.get("cores") or profile.cluster_kwargs.get("threads_per_worker") or 1
    return float(price.get("per_worker_hour") or 0) + float(price.get("per_core_hour") or 0) * float(cores)
