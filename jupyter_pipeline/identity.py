"""Who a process is: its host, that host's boot, its pid and its start. A pid alone is reused.

The start is counted from the boot where the system tells it so: setting the clock must not make a living process look
dead. Only the standard library is used on Linux; elsewhere psutil is asked.
"""

from __future__ import annotations

import os
import socket
import sys
from functools import cache
from pathlib import Path

from jupyter_pipeline.models import ProcessIdentity

__all__ = ["alive", "boot_id", "hostname", "identify", "on_this_host", "server_process", "this_process"]

_LINUX = sys.platform == "linux"
_TICKS = os.sysconf("SC_CLK_TCK")
_TOLERANCE = 0.02  # seconds; starts are told in clock ticks of 10 ms


def hostname() -> str:
    """Return the name of this host."""
    return socket.gethostname()


@cache
def boot_id() -> str:
    """Return what changes at every boot of this host and at no other time."""
    if _LINUX:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    import psutil

    return str(round(psutil.boot_time()))


def _start_of(pid: int) -> float | None:
    """Return when `pid` started, ``None`` if there is no such process or only its zombie."""
    if _LINUX:
        try:
            descriptor = os.open(f"/proc/{pid}/stat", os.O_RDONLY | os.O_CLOEXEC)
            try:
                stat = os.read(descriptor, 4096)
            finally:
                os.close(descriptor)
        except OSError:
            return None
        # The command, in parentheses, may hold anything; what follows its last parenthesis are plain fields.
        fields = stat[stat.rindex(b")") + 2 :].split(maxsplit=20)
        return None if fields[0] in (b"Z", b"X") else int(fields[19]) / _TICKS
    import psutil

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else float(process.create_time())
    except psutil.Error:
        return None


def identify(pid: int) -> ProcessIdentity | None:
    """Return the identity of the living process `pid` of this host, ``None`` if there is none."""
    started = _start_of(pid)
    if started is None:
        return None
    return ProcessIdentity(host=hostname(), boot_id=boot_id(), pid=pid, started=started)


def this_process() -> ProcessIdentity:
    """Return the identity of the calling process."""
    found = identify(os.getpid())
    assert found is not None, "a process that runs has a start"
    return found


def server_process() -> ProcessIdentity | None:
    """Return the Jupyter server that started this kernel, ``None`` outside of one.

    jupyter_client tells a kernel the pid in ``JPY_PARENT_PID``.
    """
    pid = os.environ.get("JPY_PARENT_PID", "")
    return identify(int(pid)) if pid.isdigit() else None


def on_this_host(process: ProcessIdentity) -> bool:
    """Return whether `process` was started on this host, whatever became of it."""
    return process.host == hostname()


def alive(process: ProcessIdentity) -> bool | None:
    """Return whether `process` lives.

    Returns
    -------
    bool or None
        ``None`` for a process of another host: from here nobody can tell.
    """
    if not on_this_host(process):
        return None
    if process.boot_id != boot_id():
        return False
    started = _start_of(process.pid)
    return started is not None and abs(started - process.started) <= _TOLERANCE
