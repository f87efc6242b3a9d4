"""Limit the time that a recorder takes to a share of the run."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

__all__ = ["Budget"]

_SHARE = 0.08
"""Highest share of the run for values, displays and pictures; text, files and the start take the rest of a tenth."""
_LEAST = 0.25
"""Seconds that are always allowed: a run takes at least five seconds."""


class Budget:
    """Time of a recorder."""

    def __init__(self) -> None:
        self.spent = 0.0
        self._begun = time.monotonic()

    @property
    def left(self) -> float:
        """Seconds that the recorder may still take."""
        return max(_LEAST, _SHARE * (time.monotonic() - self._begun)) - self.spent

    def charge(self, seconds: float) -> None:
        """Add time that was taken outside `measured`."""
        self.spent += seconds

    @contextlib.contextmanager
    def measured(self) -> Iterator[bool]:
        """Measure the time of the block; yield False if no time is left."""
        start = time.monotonic()
        try:
            yield self.left > 0
        finally:
            self.spent += time.monotonic() - start
