"""Find out if tests with Redis can run."""

from __future__ import annotations

import importlib.util
import shutil

__all__ = ["MISSING"]

_PROGRAM = any(
    shutil.which(name, path="/usr/bin:/usr/local/bin:/usr/sbin") for name in ("valkey-server", "redis-server")
)
MISSING = (
    "neither redis-server nor valkey-server is installed"
    if not _PROGRAM
    else ""
    if importlib.util.find_spec("prefect_redis")
    else "prefect-redis is not installed"
)
"""Reason to skip a test; empty if it can run."""
