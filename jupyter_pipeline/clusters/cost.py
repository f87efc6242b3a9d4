"""What a cluster costs: its profile's price, times what ran. Pure: the time comes from the caller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["CostMeter", "hourly_rate"]


def hourly_rate(price: Mapping[str, Any], *, workers: int, threads: int) -> float | None:
    """Return what the cluster costs in an hour, ``None`` when its profile names no price."""
    if "per_worker_hour" in price:
        return float(price["per_worker_hour"]) * workers
    if "per_core_hour" in price:
        return float(price["per_core_hour"]) * threads
    return None


class CostMeter:
    """Adds up the cost of one cluster.

    Parameters
    ----------
    price : mapping
        See `Profile.price`.
    now : float
        Seconds of a clock that never goes back.
    """

    def __init__(self, price: Mapping[str, Any], now: float) -> None:
        self._price = price
        self._read = now
        self._total = 0.0

    @property
    def total(self) -> float | None:
        """Cost until the last reading, ``None`` without a price."""
        return round(self._total, 4) if self._price else None

    def read(self, now: float, *, workers: int, threads: int) -> float:
        """Return the cost until `now`, if so many ran since the last reading."""
        hourly = hourly_rate(self._price, workers=workers, threads=threads)
        if hourly is not None:
            self._total += hourly * (now - self._read) / 3600
        self._read = now
        return self._total
