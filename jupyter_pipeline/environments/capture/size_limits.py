"""Limits for the size of files that are sent, and their errors; pure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jupyter_pipeline.exceptions import SyncError
from jupyter_pipeline.models import EnvironmentSettings
from jupyter_pipeline.units import format_bytes

__all__ = ["SizeLimits", "file_error", "total_error", "total_reason"]


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
