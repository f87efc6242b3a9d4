"""Folders in which Prefect's processes write their files, all within the folder of the service.

Prefect's defaults are shared by the users of a host: the built pages in its installation, and ``runner_storage`` in the
temporary folder. The first user would lock all others out, or own the parent of their files.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from pathlib import Path
from typing import Any

from jupyter_pipeline.paths import private_dir

__all__ = ["make_pages_writable", "pages_dir", "prefect_home", "prepare", "temporary_dir", "use_temporary_dir"]


def prefect_home(home: Path) -> Path:
    """Return Prefect's home: database, results, profiles and leases of the service at `home`."""
    return home / "prefect"


def pages_dir(home: Path) -> Path:
    """Return the folder in which the server builds Prefect's pages."""
    return prefect_home(home) / "pages"


def temporary_dir(home: Path) -> Path:
    """Return the folder of temporary files of the server and the worker."""
    return home / "tmp"


def prepare(home: Path) -> None:
    """Create the folders with mode 0700, and remove the temporary files of processes that were killed.

    Parameters
    ----------
    home : Path
        Folder of the service. No process of the service may be running.
    """
    shutil.rmtree(temporary_dir(home), ignore_errors=True)
    for folder in (prefect_home(home), pages_dir(home), temporary_dir(home)):
        private_dir(folder)


def use_temporary_dir(home: Path) -> None:
    """Make this process create its temporary files in the folder of the service at `home`.

    A worker passes its environment to the runs. Their ``TMPDIR`` is the user's, so this process alone is changed.
    """
    tempfile.tempdir = str(private_dir(temporary_dir(home) / str(os.getpid())))


def remove_worker_files(home: Path, pid: int) -> None:
    """Remove the temporary files of a worker that has exited, such as Prefect's ``runner_storage``.

    Parameters
    ----------
    home : Path
        Folder of the service.
    pid : int
        Process of the worker. No run may have its working directory in the files.
    """
    shutil.rmtree(temporary_dir(home) / str(pid), ignore_errors=True)


def make_pages_writable() -> None:
    """Make the copies of Prefect's pages writable, so that a later version of Prefect can replace them.

    A copy has the modes of the installation. In an installation without write permission, Prefect could not remove the
    copied folders.
    """
    from prefect.server.api import server

    copy = server.copy_directory

    def copy_and_make_writable(directory: str, path: str) -> Any:
        copy(directory, path)
        for folder, _, _ in os.walk(path):
            Path(folder).chmod(stat.S_IRWXU)

    server.copy_directory = copy_and_make_writable
