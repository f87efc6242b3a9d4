"""Compute the cost of a cluster from its profile's price and its running workers. The caller passes the time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["CostMeter", "hourly_rate"]


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
        self.core_hours = 0.0
        """Core-hours until the last call of `add`."""

    @property
    def total(self) -> float | None:
        """Cost until the last call of `add`, ``None`` without a price."""
        return round(self._total, 4) if self._price else None

    def add(self, now: float, *, workers: int, threads: int) -> float:
        """Add the cost of `workers` with `threads` since the last call until `now`, and return the total."""
        rate = hourly_rate(self._price, workers=workers, threads=threads)
        if rate is not None:
            self._total += rate * (now - self._last) / 3600
        self.core_hours += threads * (now - self._last) / 3600
        self._last = now
        return self._total
