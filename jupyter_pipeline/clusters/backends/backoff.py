"""How long to wait before trying again what failed (pure)."""

from __future__ import annotations

import time
from dataclasses import dataclass

__all__ = ["Backoff"]

_FIRST = 10.0
_LONGEST = 600.0


@dataclass(slots=True)
class Backoff:
    """Failures in a row, each of which doubles the pause, from ten seconds to ten minutes."""

    reason: str = ""
    """Why the last attempt failed; empty after one that succeeded."""
    failures: int = 0
    retry_at: float = 0.0
    """Monotonic time before which nothing is tried."""

    @property
    def waiting(self) -> bool:
        """Whether it is too early to try again."""
        return time.monotonic() < self.retry_at

    def failed(self, reason: str) -> None:
        """Note a failure."""
        self.reason = reason
        self.retry_at = time.monotonic() + min(_LONGEST, _FIRST * 2**self.failures)
        self.failures += 1

    def succeeded(self) -> None:
        """Note a success."""
        self.reason, self.failures, self.retry_at = "", 0, 0.0
