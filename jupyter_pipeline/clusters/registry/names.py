"""Who holds the name of a cluster: ``.names/NAME -> ID`` in the registry.

A symbolic link is made by one system call, on a network file system too: of any number of processes that want a name
at once, one gets it.

Only the standard library is used here, as in `registry`.
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

__all__ = ["claim", "find_holder", "get_claim_age", "list_holders", "lock_registry", "release"]


def claim(name: str, cluster_id: str) -> str | None:
    """Let the cluster hold `name` if it is free; return who holds it now, ``None`` when that changed just then."""
    link = paths.private_dir(_folder()) / name
    with contextlib.suppress(FileExistsError):
        link.symlink_to(cluster_id)
        return cluster_id
    return find_holder(name)


def find_holder(name: str) -> str | None:
    """Return the id of the cluster that holds `name`, ``None`` if it is free."""
    return _read(_folder() / name)


def list_holders() -> list[tuple[str, str]]:
    """Return each name that is held, with the id of its cluster."""
    try:
        with os.scandir(_folder()) as entries:
            links = [(entry.name, _read(entry.path)) for entry in entries]
    except FileNotFoundError:
        return []
    return [(name, cluster_id) for name, cluster_id in links if cluster_id]


def get_claim_age(name: str) -> float:
    """Return for how many seconds `name` has been held; infinity if it is free."""
    try:
        return time.time() - (_folder() / name).lstat().st_mtime
    except OSError:
        return float("inf")


def release(name: str, cluster_id: str) -> None:
    """Give `name` back if the cluster holds it."""
    if find_holder(name) == cluster_id:
        with contextlib.suppress(OSError):
            (_folder() / name).unlink()


@contextlib.contextmanager
def lock_registry() -> Iterator[None]:
    """Hold the registry's lock. Where the file system has no locks, a name is still claimed by one system call."""
    descriptor = os.open(paths.clusters_dir() / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        except OSError as error:
            if error.errno not in (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL):
                raise
        yield
    finally:
        os.close(descriptor)


def _folder() -> Path:
    return paths.clusters_dir() / ".names"


def _read(link: Path | str) -> str | None:
    try:
        return os.readlink(link)  # noqa: PTH115 - a plain call of the system: a thousand names are read at once
    except OSError:
        return None
