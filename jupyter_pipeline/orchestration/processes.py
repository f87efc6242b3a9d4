"""Processes by identity: host, boot, pid and start time, because a pid alone is reused."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil

from jupyter_pipeline.models import ProcessIdentity

__all__ = ["boot_id", "find", "identify", "marked", "on_this_host", "stop"]

_SAME_START = 1.0
"""Seconds by which two readings of one start time may differ, since the clock of the host may be adjusted."""


def boot_id() -> str:
    """Return what tells this boot of the host from others; empty where the system does not say."""
    with contextlib.suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return ""


def identify(pid: int) -> ProcessIdentity:
    """Return the identity of a process that runs now.

    Raises
    ------
    ProcessLookupError
        If there is no such process.
    """
    try:
        started = psutil.Process(pid).create_time()
    except psutil.NoSuchProcess as error:
        raise ProcessLookupError(pid) from error
    return ProcessIdentity(host=socket.gethostname(), boot_id=boot_id(), pid=pid, started=started)


def on_this_host(identity: ProcessIdentity) -> bool:
    """Return whether the process was started on this host, whatever became of it."""
    return identity.host == socket.gethostname()


def find(identity: ProcessIdentity | None) -> psutil.Process | None:
    """Return the process with this identity, or ``None`` if it has ended or never ran on this boot."""
    if identity is None or not on_this_host(identity) or identity.boot_id != boot_id():
        return None
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(identity.pid)
        if abs(process.create_time() - identity.started) < _SAME_START and (process.status() != psutil.STATUS_ZOMBIE):
            return process
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
