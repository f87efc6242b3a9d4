"""List the modules in ZIP archives on the search path."""

from __future__ import annotations

import functools
import os
import zipfile
from importlib.machinery import SOURCE_SUFFIXES
from pathlib import PurePosixPath

from jupyter_pipeline.environments.plugins.module_reload import ARCHIVES

__all__ = ["is_archive", "list_archive_modules"]


def is_archive(path: str) -> bool:
    """Return True if the name of a file has the suffix of an archive with modules."""
    return path.endswith(ARCHIVES)


def list_archive_modules(folder: str, path: str) -> frozenset[str]:
    """Return the top-level modules of an archive; none if it cannot be read.

    Parameters
    ----------
    folder : str
        Folder of the archive.
    path : str
        Name of the archive, with the path in it that is searched for modules: ``lib.zip`` or ``lib.zip/src``.
    """
    name, _, inside = path.partition("/")
    archive = f"{folder}/{name}"
    try:
        return _read_modules(archive, inside, os.stat(archive).st_mtime_ns)  # noqa: PTH116 - called for each sync
    except (OSError, zipfile.BadZipFile):
        return frozenset()


@functools.lru_cache(maxsize=64)
def _read_modules(archive: str, inside: str, changed: int) -> frozenset[str]:
    found = set()
    with zipfile.ZipFile(archive) as content:
        for name in content.namelist():
            path = PurePosixPath(name)
            if inside and not path.is_relative_to(inside):
                continue
            parts = path.relative_to(inside).parts
            if path.suffix in (*SOURCE_SUFFIXES, ".pyc") and parts:
                found.add(parts[0].partition(".")[0])
    return frozenset(found)
