"""Check that a disk has space before a command writes files, and name the full folder when a write fails."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from jupyter_pipeline.exceptions import DiskFullError
from jupyter_pipeline.paths import state_dir
from jupyter_pipeline.units import format_bytes

__all__ = ["check_space", "explain_full_disk", "name_full_disk"]

_NEEDED = 4 * 2**20
_FULL = (errno.ENOSPC, errno.EDQUOT)


def check_space(*folders: Path, needed: int = _NEEDED) -> None:
    """Check that folders have space, before anything is written. A quota is not seen.

    Parameters
    ----------
    *folders : Path
        Folders, which need not exist; by default the state folder.
    needed : int
        Bytes that each must have.

    Raises
    ------
    DiskFullError
        With the folder and its free space.
    """
    for folder in folders or (state_dir(),):
        free = _find_free(folder)
        if free is not None and free < needed:
            raise DiskFullError(folder, _show(free), format_bytes(needed))


@contextlib.contextmanager
def name_full_disk() -> Iterator[None]:
    """Replace the error of a write that has failed because a disk is full.

    Raises
    ------
    DiskFullError
        With the folder and its free space.
    """
    try:
        yield
    except OSError as error:
        if (full := explain_full_disk(error)) is not None:
            raise full from error
        raise


def explain_full_disk(error: OSError) -> DiskFullError | None:
    """Return the error for users if a write has failed because a disk or a quota is full; ``None`` otherwise."""
    if error.errno not in _FULL:
        return None
    if isinstance(error.filename, str | bytes | os.PathLike):
        folder = Path(os.fsdecode(error.filename)).absolute().parent
    else:  # a write has no name
        found = {path: _find_free(path) for path in (state_dir(), Path.cwd(), Path(tempfile.gettempdir()))}
        folder = min(found, key=lambda path: found[path] or 0)
    return DiskFullError(folder, _show(_find_free(folder) or 0))


def _find_free(folder: Path) -> int | None:
    """Return the free bytes of the disk of a folder, or of its nearest parent that exists."""
    for path in (folder, *folder.parents):
        with contextlib.suppress(OSError):
            info = os.statvfs(path)
            return info.f_bavail * info.f_frsize if info.f_blocks else None  # a file system without a size
    return None


def _show(free: int) -> str:
    return format_bytes(free) if free else "0 B"
