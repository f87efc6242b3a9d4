"""When a cluster must end by itself: pure rules, without a clock of their own.

The lifetime does not look at what the cluster does, so it ends one whose task hangs; Dask's idle timeout never would.
A limit warns before it ends the cluster: during its last tenth, at most ten minutes.
"""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_pipeline.arguments import MAXIMUM_WORKERS
from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import Limits
from jupyter_pipeline.units import format_duration

__all__ = ["Decision", "Usage", "check_limits", "check_range", "check_size", "extend_lifetime"]

_WARN_FRACTION = 0.1
_WARN_SECONDS = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a cluster did until now. Times are seconds of one clock."""

    now: float
    idle_since: float | None
    """Since when it had no tasks; ``None`` while it has some."""
    expires: float | None
    """When its lifetime is over, extensions included."""
    cost: float = 0.0
    owner_alive: bool | None = None
    """``None`` when nobody owns it, or when the owner cannot be seen from here."""
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What follows from the usage; at most one of the two is set."""

    end: str = ""
    """Why the cluster must end now."""
    warning: str = ""
    """Which limit is about to end it."""


def check_limits(limits: Limits, usage: Usage) -> Decision:
    """Return whether a limit ends the cluster now, or is about to."""
    if usage.owner_alive is False:
        return Decision(end="The process that owns it ended")
    if usage.expires is not None and usage.now >= usage.expires:
        length = f" of {format_duration(limits.lifetime)}" if limits.lifetime else ""
        return Decision(end=f"Its lifetime{length} is over")
    if limits.budget is not None and usage.cost >= limits.budget:
        return Decision(end=f"Its budget of {_money(limits.budget, usage.currency)} is spent")
    idle = usage.now - usage.idle_since if usage.idle_since is not None else 0.0
    if limits.idle is not None and usage.idle_since is not None and idle >= limits.idle:
        return Decision(end=f"It had no tasks for {format_duration(limits.idle)}")
    return Decision(warning=_warning(limits, usage, idle))


def _warning(limits: Limits, usage: Usage, idle: float) -> str:
    if usage.expires is not None and limits.lifetime is not None:
        left = usage.expires - usage.now
        if left <= _horizon(limits.lifetime):
            return f"Its lifetime ends in {format_duration(left)}: extend it to keep the cluster"
    if limits.budget is not None and usage.cost >= limits.budget * (1 - _WARN_FRACTION):
        spent = _money(usage.cost, usage.currency)
        return f"{spent} of its budget of {_money(limits.budget, usage.currency)} are spent"
    if limits.idle is not None and usage.idle_since is not None:
        left = limits.idle - idle
        if left <= _horizon(limits.idle):
            return f"It has no tasks and will be stopped in {format_duration(left)}: extend it, or compute something"
    return ""


def _horizon(limit: float) -> float:
    return min(max(limit * _WARN_FRACTION, 2.0), _WARN_SECONDS)


def extend_lifetime(limits: Limits, *, started: float, expires: float | None, seconds: float) -> float | None:
    """Return the new end of the lifetime after an extension by `seconds`; ``None`` when there is no such limit.

    Raises
    ------
    UsageError
        If `seconds` is not positive, or the profile's ``limits.max_lifetime`` would be exceeded.
    """
    if not 0 < seconds < float("inf"):
        raise UsageError(f"Extend by a positive number of seconds, not {seconds:g}.")
    if expires is None:
        return None
    bound = limits.max_lifetime
    if bound is not None and expires + seconds > started + bound:
        left = max(0.0, started + bound - expires)
        raise UsageError(
            f"The profile allows a lifetime of {format_duration(bound)}, so at most {format_duration(left)} more. "
            "Raise limits.max_lifetime in the profile for the next cluster."
        )
    return expires + seconds


def check_size(limits: Limits, n: int) -> int:
    """Return `n` if the cluster may have so many workers.

    Raises
    ------
    UsageError
        If it is not a whole number from 0 to ``limits.max_workers``, or beyond 100,000.
    """
    if isinstance(n, bool) or not isinstance(n, int) or n < 0:
        raise UsageError(f"A number of workers is a whole number from 0, not {n!r}.")
    if n > MAXIMUM_WORKERS:
        raise UsageError(f"A number of workers is at most {MAXIMUM_WORKERS:,}, not {n:,}.")
    if limits.max_workers is not None and n > limits.max_workers:
        plural = "" if limits.max_workers == 1 else "s"
        raise UsageError(f"limits.max_workers of the profile allows {limits.max_workers} worker{plural}, not {n}.")
    return n


def check_range(limits: Limits, minimum: int, maximum: int) -> tuple[int, int]:
    """Return both bounds if the cluster may adapt between them.

    Raises
    ------
    UsageError
        If one is not allowed, or `minimum` is above `maximum`, or `maximum` is 0.
    """
    check_size(limits, minimum)
    check_size(limits, maximum)
    if minimum > maximum or maximum == 0:
        raise UsageError(
            f"Adapt between a minimum and a maximum that is not below it and above 0, not {minimum}:{maximum}."
        )
    return minimum, maximum


def _money(amount: float, currency: str) -> str:
    return f"{amount:.2f} {currency}".rstrip()
