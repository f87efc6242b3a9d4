"""What is in one folder, by name and status: as quick a look as the operating system gives."""

from __future__ import annotations

import os
from collections.abc import Collection

__all__ = ["Status", "is_text", "listing", "status"]

Status = tuple[int, int, int, int, int]
"""Times of change of content and of anything in nanoseconds, size, inode, mode."""


def listing(folder: str, only: Collection[str] = ()) -> list[tuple[str, Status]]:
    """Return the names in `folder`, all or those of `only`, with their status; links are not followed.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    found = []
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with os.scandir(descriptor) as entries:  # relative to it, each status is a shorter way for the system
            for entry in entries:
                if only and entry.name not in only:
                    continue
                try:
                    found.append((entry.name, status(entry.stat(follow_symlinks=False))))
                except FileNotFoundError:  # editors write temporary files
                    continue
    finally:
        os.close(descriptor)
    return found


def status(info: os.stat_result) -> Status:
    """Return what changes whenever a file does."""
    return (info.st_mtime_ns, info.st_ctime_ns, info.st_size, info.st_ino, info.st_mode)


def is_text(name: str) -> bool:
    """Return whether `name` can be sent; Python keeps other bytes of names as lone surrogates."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
