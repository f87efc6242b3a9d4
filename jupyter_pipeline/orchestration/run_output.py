"""Store the standard output of each run of the service in a file of its own.

The output of a run does not pass through its worker, so that the run can go on when the worker is killed. This module
imports the standard library only, because the process of each run imports it.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Collection, Mapping
from pathlib import Path

from jupyter_pipeline import environment_variables
from jupyter_pipeline.paths import private_dir

__all__ = ["RUN_ID", "output_path", "prune", "redirect_output"]

RUN_ID = "PREFECT__FLOW_RUN_ID"
"""Variable that Prefect sets in the process of a run."""
_DAYS = 14.0
_LARGEST = 50 * 2**20
"""Bytes of one file from which its content is dropped while its run goes on."""
_TOTAL = 2**30
"""Bytes of all files."""


def _output_dir(home: Path) -> Path:
    return home / "output"


def output_path(home: Path, run: str) -> Path:
    """Return the file with the standard output and standard error of a run, by id.

    Parameters
    ----------
    home : Path
        Folder of the service.
    run : str
        Id of the run.
    """
    return _output_dir(home) / f"{run}.log"


def redirect_output(environ: Mapping[str, str] = os.environ) -> None:
    """Write standard output and error of this process to the file of its run. No-op outside the service."""
    home, run = environ.get(environment_variables.SERVICE, ""), environ.get(RUN_ID, "")
    if not home or not run:
        return
    path = output_path(Path(home), run)
    private_dir(path.parent)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    for number in (1, 2):
        os.dup2(descriptor, number)
    os.close(descriptor)


def prune(home: Path, *, running: Collection[str] = ()) -> None:
    """Remove the output of runs that ended two weeks ago, and of older ones beyond 1 GiB; shorten very long output.

    Parameters
    ----------
    home : Path
        Folder of the service.
    running : collection of str
        Ids of runs whose files stay.
    """
    files = []
    for path in _output_dir(home).glob("*.log"):
        with contextlib.suppress(OSError):
            info = path.stat()
            files.append((info.st_mtime, info.st_size, path))
    total, oldest = 0, time.time() - _DAYS * 86400
    for changed, size, path in sorted(files, reverse=True):
        total += size
        with contextlib.suppress(OSError):
            if path.stem in running:
                if size > _LARGEST:
                    path.write_text(f"{size} bytes of earlier output were removed.\n")
            elif changed < oldest or total > _TOTAL:
                path.unlink()
