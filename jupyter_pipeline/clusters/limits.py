"""Rules for the limits that stop a cluster. They are pure functions: the caller passes the time and the usage.

The lifetime applies to a cluster with a hanging task as well; Dask's idle timeout never stops such a cluster. Each
limit warns during its last tenth, for at most ten minutes.
"""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_pipeline.arguments import MAXIMUM_WORKERS
from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import Limits
from jupyter_pipeline.units import format_duration, format_money

__all__ = [
    "CAP_BEGINNINGS",
    "WARN_FRACTION",
    "Decision",
    "Usage",
    "check_count",
    "check_limits",
    "check_range",
    "check_rate",
    "check_size",
    "extend_lifetime",
    "is_above_rate",
    "is_limit",
]

_LIFETIME, _BUDGET, _IDLE = "Its lifetime", "Its budget of", "It had no tasks for"
_CORE_HOURS, _RATE = "Its limit of core-hours,", "Its limit of the cost per hour,"
CAP_BEGINNINGS = ("The budget of", "The core-hours of")
"""Beginnings of the reasons of limits that several clusters share, see `caps`."""

_ROUNDING = 1e-9
WARN_FRACTION = 0.1
_MIN_WARN_SECONDS = 2.0
_MAX_WARN_SECONDS = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Usage of a cluster until now. All times are seconds since the epoch."""

    now: float
    idle_since: float | None
    """Start of the time without tasks, ``None`` while there are tasks."""
    expires: float | None
    """End of the lifetime, extensions included."""
    cost: float = 0.0
    owner_alive: bool | None = None
    """``None`` without an owner, or for an owner on another host."""
    currency: str = ""
    core_hours: float = 0.0
    hourly_rate: float | None = None
    """Present cost per hour, ``None`` without a price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Result of a check. At most one field is set."""

    stop: str = ""
    """Reason to stop the cluster now."""
    warning: str = ""
    """Limit that will stop the cluster soon."""


def check_limits(limits: Limits, usage: Usage) -> Decision:
    """Decide whether a limit stops the cluster now or soon."""
    if usage.owner_alive is False:
        return Decision(stop="Its owner process exited")
    if usage.expires is not None and usage.now >= usage.expires:
        length = f" of {format_duration(limits.lifetime)}" if limits.lifetime else ""
        return Decision(stop=f"{_LIFETIME}{length} is over")
    if limits.budget is not None and usage.cost >= limits.budget:
        return Decision(stop=f"{_BUDGET} {format_money(limits.budget, usage.currency)} is spent")
    if limits.core_hours is not None and usage.core_hours >= limits.core_hours:
        return Decision(stop=f"{_CORE_HOURS} {limits.core_hours:g}, is reached")
    if is_above_rate(limits, usage.hourly_rate):
        bound = format_money(limits.cost_per_hour or 0.0, usage.currency)
        return Decision(stop=f"{_RATE} {bound}, is exceeded: {format_money(usage.hourly_rate or 0, usage.currency)}")
    idle = usage.now - usage.idle_since if usage.idle_since is not None else 0.0
    if limits.idle is not None and usage.idle_since is not None and idle >= limits.idle:
        return Decision(stop=f"{_IDLE} {format_duration(limits.idle)}")
    return Decision(warning=_find_warning(limits, usage, idle))


def is_limit(reason: str) -> bool:
    """Return True if a reason of `check_limits` names a limit of the profile."""
    return reason.startswith((_LIFETIME, _BUDGET, _IDLE, _CORE_HOURS, _RATE, *CAP_BEGINNINGS))


def is_above_rate(limits: Limits, rate: float | None) -> bool:
    """Return True if a cost per hour is above ``limits.cost_per_hour``."""
    return limits.cost_per_hour is not None and rate is not None and rate > limits.cost_per_hour * (1 + _ROUNDING)


def check_rate(limits: Limits, rate: float | None, *, workers: int, currency: str = "") -> None:
    """Raise an error if the cost per hour of a size is above ``limits.cost_per_hour``.

    Parameters
    ----------
    limits : Limits
        Limits of the cluster.
    rate : float or None
        Cost per hour of `workers`, ``None`` if it is not known.
    workers : int
        Number of workers.
    currency : str
        Currency of `rate`.

    Raises
    ------
    UsageError
        If it is above the limit.
    """
    if is_above_rate(limits, rate):
        bound = format_money(limits.cost_per_hour or 0.0, currency)
        raise UsageError(
            f"{workers} worker{'' if workers == 1 else 's'} cost {format_money(rate or 0.0, currency)} per hour, and "
            f"limits.cost_per_hour allows {bound}. Request fewer workers."
        )


def _find_warning(limits: Limits, usage: Usage, idle: float) -> str:
    if usage.expires is not None and limits.lifetime is not None:
        remaining = usage.expires - usage.now
        if remaining <= _warning_period(limits.lifetime):
            return f"Its lifetime ends in {format_duration(remaining)}: extend it to keep the cluster"
    if limits.budget is not None and usage.cost >= limits.budget * (1 - WARN_FRACTION):
        spent = format_money(usage.cost, usage.currency)
        return f"{spent} of its budget of {format_money(limits.budget, usage.currency)} are spent"
    if limits.core_hours is not None and usage.core_hours >= limits.core_hours * (1 - WARN_FRACTION):
        return f"{usage.core_hours:.1f} of its {limits.core_hours:g} core-hours are used"
    if limits.idle is not None and usage.idle_since is not None:
        remaining = limits.idle - idle
        if remaining <= _warning_period(limits.idle):
            time = format_duration(remaining)
            return f"It has no tasks and will be stopped in {time}: extend it, or compute something"
    return ""


def _warning_period(limit: float) -> float:
    return min(max(limit * WARN_FRACTION, _MIN_WARN_SECONDS), _MAX_WARN_SECONDS)


def extend_lifetime(limits: Limits, *, started: float, expires: float | None, seconds: float) -> float | None:
    """Return the end of the lifetime after an extension.

    Parameters
    ----------
    limits : Limits
        Limits of the cluster.
    started : float
        Start of the cluster in seconds since the epoch.
    expires : float or None
        Current end of the lifetime in seconds since the epoch, ``None`` without a lifetime limit.
    seconds : float
        Length of the extension, above 0.

    Returns
    -------
    float or None
        The new end, ``None`` without a lifetime limit.

    Raises
    ------
    UsageError
        If `seconds` is not positive, or the lifetime would exceed the profile's ``limits.max_lifetime``.
    """
    if not 0 < seconds < float("inf"):
        raise UsageError(f"Extend by a positive number of seconds, not {seconds:g}.")
    if expires is None:
        return None
    bound = limits.max_lifetime
    if bound is not None and expires + seconds > started + bound:
        remaining = max(0.0, started + bound - expires)
        raise UsageError(
            f"The profile allows a lifetime of {format_duration(bound)}, so at most {format_duration(remaining)} more. "
            "Raise limits.max_lifetime in the profile for the next cluster."
        )
    return expires + seconds


def check_count(n: int) -> int:
    """Return `n` if it is a number of workers.

    Raises
    ------
    UsageError
        If `n` is not a whole number from 0 to 100,000.
    """
    if isinstance(n, bool) or not isinstance(n, int) or n < 0:
        raise UsageError(f"A number of workers is a whole number from 0, not {n!r}.")
    if n > MAXIMUM_WORKERS:
        raise UsageError(f"A number of workers is at most {MAXIMUM_WORKERS:,}, not {n:,}.")
    return n


def check_size(limits: Limits, n: int) -> int:
    """Return `n` if it is an allowed number of workers.

    Raises
    ------
    UsageError
        If `n` is not a whole number from 0 to ``limits.max_workers``, or above 100,000.
    """
    check_count(n)
    if limits.max_workers is not None and n > limits.max_workers:
        plural = "" if limits.max_workers == 1 else "s"
        raise UsageError(f"limits.max_workers of the profile allows {limits.max_workers} worker{plural}, not {n}.")
    return n


def check_range(limits: Limits, minimum: int, maximum: int) -> tuple[int, int]:
    """Return both bounds if they are allowed for adaptive scaling.

    Raises
    ------
    UsageError
        If a bound is not an allowed number of workers, `minimum` is above `maximum`, or `maximum` is 0.
    """
    check_size(limits, minimum)
    check_size(limits, maximum)
    if minimum > maximum or maximum == 0:
        raise UsageError(
            f"A range of workers is 0 ≤ minimum ≤ maximum with a maximum above 0, not {minimum}:{maximum}."
        )
    return minimum, maximum
