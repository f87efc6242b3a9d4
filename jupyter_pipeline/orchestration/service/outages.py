"""Find the cause of an outage of the service from its clocks and from the failures that its supervisor noted."""

from __future__ import annotations

import enum
import time
from dataclasses import dataclass

from jupyter_pipeline.units import format_duration

__all__ = ["Cause", "Clocks", "OutageLog", "compare_clocks", "read_clocks"]

_JUMP = 5.0
"""Seconds by which two clocks must differ."""
_PAUSE = 15.0
"""Seconds between two readings from which the process was suspended. The supervisor reads its clocks every second."""


class Cause(enum.IntEnum):
    """Kind of an outage's cause, the most certain one first."""

    STOPPED = 0
    CLOCK = 1
    CHILD = 2
    SILENCE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """Readings of three clocks at one moment, in seconds."""

    wall: float
    monotonic: float
    """Time without the time in which the host was suspended."""
    boot: float
    """Time since the start of the host."""


def read_clocks() -> Clocks:
    """Return the present readings. A system without a clock since its start has no difference to see."""
    monotonic = time.monotonic()
    boot = time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else monotonic
    return Clocks(wall=time.time(), monotonic=monotonic, boot=boot)


def compare_clocks(before: Clocks, now: Clocks) -> str:
    """Return the event between two readings as a clause; empty if there was none (pure)."""
    passed, alive = now.boot - before.boot, now.monotonic - before.monotonic
    if passed - alive > _JUMP:
        return f"the host was suspended for {_rounded(passed - alive)}"
    jump = now.wall - before.wall - passed
    if abs(jump) > _JUMP:
        return f"the clock was set {'forward' if jump > 0 else 'back'} by {_rounded(abs(jump))}"
    return f"the service was suspended for {_rounded(alive)}" if alive > _PAUSE else ""


def _rounded(seconds: float) -> str:
    return format_duration(float(round(seconds)), long=True)


class OutageLog:
    """Causes of the present outage, if there is one."""

    def __init__(self) -> None:
        self._clocks = read_clocks()
        self._causes: dict[Cause, tuple[float, str]] = {}

    def note(self, kind: Cause, clause: str) -> None:
        """Note a cause, such as ``the server did not answer``. The first one of a kind counts."""
        self._causes.setdefault(kind, (time.time(), clause))

    def read_clocks(self) -> None:
        """Note what the clocks show since the last reading."""
        now = read_clocks()
        if clause := compare_clocks(self._clocks, now):
            self.note(Cause.CLOCK, clause)
        self._clocks = now

    def forget(self, until: float) -> None:
        """Forget the causes that were noted until a time, in seconds since the epoch."""
        self._causes = {kind: found for kind, found in self._causes.items() if found[0] > until}

    def describe(self) -> str:
        """Return the most certain cause as a clause."""
        if not self._causes:
            return "the worker did not ask for due runs"
        return self._causes[min(self._causes)][1]
