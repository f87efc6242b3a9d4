"""Limits for the size of files that are sent, and their errors."""

from __future__ import annotations

import contextlib
import functools
import os
from dataclasses import dataclass
from pathlib import Path

from jupyter_pipeline.exceptions import SyncError
from jupyter_pipeline.models import EnvironmentSettings
from jupyter_pipeline.units import format_bytes

__all__ = ["UNUSED_LIMIT", "SizeLimits", "file_error", "is_larger", "total_error", "total_reason", "unused_reason"]

UNUSED_LIMIT = 50 * 2**20
"""Size in bytes up to which code is sent from which nothing was imported."""

_UNUSED_FILES = 20_000


@dataclass(frozen=True, slots=True)
class SizeLimits:
    """Limits in bytes for one file and for one folder."""

    file: int = EnvironmentSettings().max_file_size
    total: int = EnvironmentSettings().max_size


def file_error(file: Path, size: int, limits: SizeLimits, use: str) -> SyncError:
    """Return the error for a `file` of `size` bytes."""
    problem = f"{file} has {format_bytes(size)}, more than the limit of {format_bytes(limits.file)} per file"
    return SyncError(f"{problem}. {_remedy(use, 'max_file_size')}")


def total_error(folder: Path, limits: SizeLimits, use: str) -> SyncError:
    """Return the error for a `folder` over the limit."""
    return SyncError(f"{folder} {total_reason(limits)}. {_remedy(use, 'max_size')}")


def total_reason(limits: SizeLimits) -> str:
    """Return the reason why a folder over the limit is not sent."""
    return f"has more than the limit of {format_bytes(limits.total)} to send"


def _remedy(use: str, key: str) -> str:
    if use != "code":
        return "Upload it to storage that the workers can read: %cluster upload --to URL."
    return f"Send data with %cluster upload, add files that are not needed to .gitignore, or raise environment: {key}."


def unused_reason() -> str:
    """Return the reason why code from which nothing was imported is not sent."""
    size = format_bytes(UNUSED_LIMIT)
    return f"has more than {size}, and nothing was imported from it; import from it here, or name its folder"


def is_larger(path: str) -> bool:
    """Return True if a file or folder has more than `UNUSED_LIMIT` bytes. A folder is measured until it is changed."""
    try:
        return _measure(path, os.stat(path).st_mtime_ns) > UNUSED_LIMIT
    except OSError:
        return False


@functools.lru_cache(maxsize=1024)
def _measure(path: str, changed: int) -> int:
    """Return the size of a file or folder; at least one byte more than `UNUSED_LIMIT` if it is larger."""
    if not Path(path).is_dir():
        return os.stat(path).st_size
    total = number = 0
    for here, _, files in os.walk(path):
        for name in files:
            with contextlib.suppress(OSError):
                total += os.lstat(f"{here}/{name}").st_size
            number += 1
        if total > UNUSED_LIMIT or number > _UNUSED_FILES:
            return UNUSED_LIMIT + 1
    return total
