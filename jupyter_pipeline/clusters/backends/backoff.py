"""Pauses between retries, and the rule for workers that do not start."""

from __future__ import annotations

import time
from dataclasses import dataclass

__all__ = ["MAX_FAILURES", "SHORT_LIFETIME", "Backoff", "explain_crash_loop"]

SHORT_LIFETIME = 30.0
"""Seconds; a worker that ends sooner after its start has failed."""
MAX_FAILURES = 4
"""Consecutive failures after which a cluster without another worker ends."""

_FIRST_PAUSE = 10.0
_LONGEST_PAUSE = 600.0


@dataclass(slots=True)
class Backoff:
    """Consecutive failures, each of which doubles the pause, from ten seconds to ten minutes."""

    reason: str = ""
    """Reason of the last failure; empty after a success."""
    failures: int = 0
    retry_at: float = 0.0
    """Monotonic time of the next attempt."""

    @property
    def is_waiting(self) -> bool:
        """True if the pause has not passed."""
        return time.monotonic() < self.retry_at

    def fail(self, reason: str) -> None:
        """Record a failure."""
        self.reason = reason
        self.retry_at = time.monotonic() + min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**self.failures)
        self.failures += 1

    def succeed(self) -> None:
        """Record a success."""
        self.reason, self.failures, self.retry_at = "", 0, 0.0


def explain_crash_loop(failure: str, times: int, cause: str) -> str:
    """Return the sentence about workers that do not start.

    Parameters
    ----------
    failure : str
        The repeated failure.
    times : int
        Number of its consecutive occurrences.
    cause : str
        Cause of the last one.
    """
    return f"No worker starts: {failure} ({times} {'time' if times == 1 else 'times in a row'}). {cause}"
