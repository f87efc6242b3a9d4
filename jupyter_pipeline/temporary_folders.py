"""Create temporary folders that name their process, and remove those whose process was killed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from jupyter_pipeline import processes

__all__ = ["create_folder", "list_parents", "remove_abandoned", "temporary_folder"]

_NAME = re.compile(r"jupyter-pipeline-[a-z]+-([0-9a-f]{8})-(\d+)-(\d+)-\w+")


def list_parents() -> list[str]:
    """Return the temporary folder, and folders of the system with paths that are short enough for a Unix socket."""
    return list(dict.fromkeys((tempfile.gettempdir(), "/tmp", "/var/tmp")))  # noqa: S108 - mkdtemp creates a new name


def create_folder(kind: str, parent: str | None = None) -> Path:
    """Create a folder with mode 0700 in the temporary folder, and return it.

    Parameters
    ----------
    kind : str
        Use of the folder, of lower-case letters.
    parent : str, optional
        One of `list_parents` instead of the temporary folder.
    """
    me = processes.this_process()
    name = f"jupyter-pipeline-{kind}-{_host()}-{me.pid}-{round(me.started * 100)}-"
    return Path(tempfile.mkdtemp(prefix=name, dir=parent))


@contextlib.contextmanager
def temporary_folder(kind: str) -> Iterator[Path]:
    """Create a folder as `create_folder` does, and remove it at the end."""
    folder = create_folder(kind)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_abandoned() -> list[str]:
    """Remove the folders of this user whose process has exited, and return their paths.

    Folders of other hosts and containers stay, because their processes cannot be seen.
    """
    return [path for parent in list_parents() for path in _remove_abandoned(parent)]


def _remove_abandoned(parent: str) -> list[str]:
    removed = []
    with contextlib.suppress(OSError):
        for entry in os.scandir(parent):
            found = _NAME.fullmatch(entry.name)
            if found is None or found[1] != _host():
                continue
            with contextlib.suppress(OSError):
                if entry.stat(follow_symlinks=False).st_uid != os.getuid() or not entry.is_dir(follow_symlinks=False):
                    continue
                owner = processes.identify(int(found[2]))
                if owner is None or round(owner.started * 100) != int(found[3]):
                    shutil.rmtree(entry.path, ignore_errors=True)
                    removed.append(entry.path)
    return removed


def _host() -> str:
    """Return a short name of this host or container since its last start."""
    identity = f"{processes.machine_id()} {processes.boot_id()} {processes.namespaces()}"
    return hashlib.sha256(identity.encode()).hexdigest()[:8]
