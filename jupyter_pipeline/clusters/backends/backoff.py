"""Pauses between retries."""

from __future__ import annotations

import time
from dataclasses import dataclass

__all__ = ["Backoff"]

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
