"""Processes of the service: found by their identity or by a mark in their environment, and ended."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator

import psutil

from jupyter_pipeline import identity
from jupyter_pipeline.models import ProcessIdentity

__all__ = ["find", "marked", "stop"]


def find(process: ProcessIdentity | None) -> psutil.Process | None:
    """Return the process with this identity, or ``None`` if it has ended or never ran on this boot."""
    if process is None or not identity.alive(process):
        return None
    with contextlib.suppress(psutil.Error):
        return psutil.Process(process.pid)
    return None


def marked(variable: str, value: str) -> Iterator[psutil.Process]:
    """Yield the processes of this user that were started with an environment variable of this value."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get(variable) == value and process.status() != psutil.STATUS_ZOMBIE:
                yield process


def stop(processes: Iterable[psutil.Process], *, grace: float) -> list[psutil.Process]:
    """Terminate processes, kill those alive after `grace` seconds, and return what survived even that."""
    wanted = list(processes)
    for process in wanted:
        with contextlib.suppress(psutil.Error):
            process.terminate()
    _, alive = psutil.wait_procs(wanted, timeout=grace)
    for process in alive:
        with contextlib.suppress(psutil.Error):
            process.kill()
    _, alive = psutil.wait_procs(alive, timeout=5.0)
    return [process for process in alive if process.is_running()]
