"""Claim and release the names of clusters, stored as symbolic links ``.names/NAME -> ID`` in the registry.

One system call creates a symbolic link, on a network file system too. If several processes claim a name at once,
exactly one succeeds. Only the standard library is used.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from jupyter_pipeline import paths

__all__ = ["claim", "find_holder", "get_claim_age", "get_stamp", "list_holders", "lock_registry", "release"]


def claim(name: str, cluster_id: str) -> str | None:
    """Claim `name` for the cluster if it is free; return the id of the holder, ``None`` if it was just released."""
    link = paths.private_dir(_names_dir()) / name
    with contextlib.suppress(FileExistsError):
        link.symlink_to(cluster_id)
        return cluster_id
    return find_holder(name)


def find_holder(name: str) -> str | None:
    """Return the id of the cluster that holds `name`, ``None`` if the name is free."""
    return _read_link(_names_dir() / name)


def list_holders() -> list[tuple[str, str]]:
    """Return every claimed name with the id of its cluster."""
    try:
        with os.scandir(_names_dir()) as entries:
            links = [(entry.name, _read_link(entry.path)) for entry in entries]
    except FileNotFoundError:
        return []
    return [(name, cluster_id) for name, cluster_id in links if cluster_id]


def get_claim_age(name: str) -> float:
    """Return the seconds since `name` was claimed, infinity if it is free."""
    try:
        return time.time() - (_names_dir() / name).lstat().st_mtime
    except OSError:
        return float("inf")


def get_stamp() -> tuple[int, int]:
    """Return a value that changes when a name is claimed or released, or a cluster's folder is created or removed."""
    return _modified(_names_dir()), _modified(paths.clusters_dir())


def release(name: str, cluster_id: str) -> None:
    """Release `name` if the cluster holds it."""
    if find_holder(name) == cluster_id:
        with contextlib.suppress(OSError):
            (_names_dir() / name).unlink()


@contextlib.contextmanager
def lock_registry() -> Iterator[None]:
    """Hold the registry's file lock; continue without it on a file system that supports no locks."""
    descriptor = os.open(paths.clusters_dir() / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError as error:  # names stay exclusive: one system call claims them
            if error.errno not in (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL):
                raise
        yield
    finally:
        os.close(descriptor)


def _names_dir() -> Path:
    return paths.clusters_dir() / ".names"


def _read_link(link: Path | str) -> str | None:
    try:
        return os.readlink(link)  # noqa: PTH115 - faster than pathlib when listing a thousand names
    except OSError:
        return None


def _modified(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0
