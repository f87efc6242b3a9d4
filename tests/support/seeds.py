"""Seeds for tests on random input: fixed ones in the tests, and one fresh seed that each run prints."""

from __future__ import annotations

import os
import secrets

__all__ = ["fresh_seed"]


def fresh_seed() -> int:
    """Return the seed in ``TEST_SEED``, or a new one; print it, so that a failure shows how to repeat it."""
    seed = int(os.environ.get("TEST_SEED") or secrets.randbelow(10**9))
    print(f"Repeat with TEST_SEED={seed}")
    return seed
