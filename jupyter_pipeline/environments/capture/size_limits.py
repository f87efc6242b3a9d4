"""How much is sent, and what is said of more; pure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jupyter_pipeline.exceptions import SyncError

__all__ = ["Sizes", "file_error", "total_error", "total_reason"]


@dataclass(frozen=True, slots=True)
class Sizes:
    """Limits of what is sent, in bytes."""

    file: int = 100 * 2**20
    total: int = 2**30


def file_error(file: Path, size: int, limits: Sizes, use: str) -> SyncError:
    """Return what is raised for a `file` of `size` bytes."""
    told = f"{file} has {size / 1e6:,.0f} MB, more than the limit of {limits.file / 1e6:,.0f} MB a file"
    return SyncError(f"{told}. {_remedy(use, 'max_file_size')}")


def total_error(folder: Path, limits: Sizes, use: str) -> SyncError:
    """Return what is raised for a `folder` with too much in it."""
    return SyncError(f"{folder} {total_reason(limits)}. {_remedy(use, 'max_size')}")


def total_reason(limits: Sizes) -> str:
    """Return why a folder with too much in it is not sent."""
    return f"has more than the limit of {limits.total / 1e6:,.0f} MB to send"


def _remedy(use: str, key: str) -> str:
    if use != "code":
        return "Put it where the workers can read it with %cluster upload --to URL."
    return f"Send data with %cluster upload, name what is not needed in .gitignore, or raise environment: {key}."
