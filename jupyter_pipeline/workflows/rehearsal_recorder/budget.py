"""Limit the time that a recorder takes to a share of the run.

The recorder counts its processor time. Its share is a share of the seconds of the run, or of the processor time of the
run if other processes use the machine: the seconds then say nothing.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator

__all__ = ["Budget", "count_processors"]

_SHARE = 0.06
"""Highest share of the run for values, displays and pictures; text, files and the start take the rest of a tenth."""
_LEAST = 0.25
"""Seconds that are always allowed: a run takes at least five seconds."""


class Budget:
    """Time of a recorder.

    Parameters
    ----------
    share : float
        Highest share of the run.
    least : float
        Seconds that are always allowed.
    """

    def __init__(self, share: float = _SHARE, least: float = _LEAST) -> None:
        self.spent = 0.0
        self._share, self._least = share, least
        self._begun, self._processor = time.monotonic(), time.process_time()

    @property
    def left(self) -> float:
        """Seconds that the recorder may still take."""
        is_shared = hasattr(os, "getloadavg") and os.getloadavg()[0] > 1.5 * count_processors()
        run = time.process_time() - self._processor if is_shared else time.monotonic() - self._begun
        return max(self._least, self._share * run) - self.spent

    def charge(self, seconds: float) -> None:
        """Add time that was taken outside `measured`."""
        self.spent += seconds

    @contextlib.contextmanager
    def measured(self) -> Iterator[bool]:
        """Measure the time of the block; yield False if no time is left."""
        start = time.thread_time()
        try:
            yield self.left > 0
        finally:
            self.spent += time.thread_time() - start


def count_processors() -> int:
    """Return the number of processors of this process."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
