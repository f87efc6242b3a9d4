"""Identify, find and terminate processes.

A process is identified by host, boot id, pid and start time, since pids are reused. The start time counts from the
boot where the system reports it so: a change of the clock must not make a running process look dead. On Linux,
identification uses the standard library alone; psutil is imported on first use.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.models import ProcessIdentity

if TYPE_CHECKING:
    import asyncio
    import subprocess

    import psutil

__all__ = [
    "boot_id",
    "find",
    "hostname",
    "identify",
    "is_running",
    "on_this_host",
    "server_process",
    "terminate",
    "terminate_group",
    "terminate_group_async",
    "this_process",
    "with_variable",
]

_LINUX = sys.platform == "linux"
_TICKS = os.sysconf("SC_CLK_TCK")
_TOLERANCE = 0.02  # seconds; the kernel reports starts in clock ticks of 10 ms
_KILL_TIMEOUT = 5.0


def hostname() -> str:
    """Return the name of this host."""
    return socket.gethostname()


@cache
def boot_id() -> str:
    """Return an identifier that changes at every boot of this host and only then."""
    if _LINUX:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    import psutil

    return str(round(psutil.boot_time()))


def _start_of(pid: int) -> float | None:
    """Return the start time of `pid`, or ``None`` for a zombie or a pid without a process."""
    if _LINUX:
        try:
            descriptor = os.open(f"/proc/{pid}/stat", os.O_RDONLY | os.O_CLOEXEC)
            try:
                stat = os.read(descriptor, 4096)
            finally:
                os.close(descriptor)
        except OSError:
            return None
        # The command, in parentheses, may contain any character. Plain fields follow its last parenthesis.
        fields = stat[stat.rindex(b")") + 2 :].split(maxsplit=20)
        return None if fields[0] in (b"Z", b"X") else int(fields[19]) / _TICKS
    import psutil

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else float(process.create_time())
    except psutil.Error:
        return None


def identify(pid: int) -> ProcessIdentity | None:
    """Return the identity of the running process `pid` of this host, or ``None``."""
    started = _start_of(pid)
    if started is None:
        return None
    return ProcessIdentity(host=hostname(), boot_id=boot_id(), pid=pid, started=started)


def this_process() -> ProcessIdentity:
    """Return the identity of the calling process."""
    found = identify(os.getpid())
    assert found is not None, "a running process has a start time"
    return found


def server_process() -> ProcessIdentity | None:
    """Return the Jupyter server that started this kernel, or ``None`` outside a kernel.

    jupyter_client passes the pid to the kernel in ``JPY_PARENT_PID``.
    """
    pid = os.environ.get("JPY_PARENT_PID", "")
    return identify(int(pid)) if pid.isdigit() else None


def on_this_host(process: ProcessIdentity) -> bool:
    """Return True if `process` started on this host, running or not."""
    return process.host == hostname()


def is_running(process: ProcessIdentity) -> bool | None:
    """Return True if `process` is running.

    Returns
    -------
    bool or None
        ``None`` for a process of another host: its state cannot be seen from here.
    """
    if not on_this_host(process):
        return None
    if process.boot_id != boot_id():
        return False
    started = _start_of(process.pid)
    return started is not None and abs(started - process.started) <= _TOLERANCE


def find(process: ProcessIdentity | None) -> psutil.Process | None:
    """Return the running process with this identity, or ``None``."""
    import psutil

    if process is None or not is_running(process):
        return None
    with contextlib.suppress(psutil.Error):
        return psutil.Process(process.pid)
    return None


def with_variable(name: str, value: str) -> Iterator[psutil.Process]:
    """Yield this user's running processes that started with the environment variable ``name=value``."""
    import psutil

    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get(name) == value and process.status() != psutil.STATUS_ZOMBIE:
                yield process


def terminate(processes: Iterable[psutil.Process], *, grace: float = 1.0) -> list[psutil.Process]:
    """Terminate `processes`, kill those that do not exit, and return the survivors.

    Parameters
    ----------
    processes : iterable of psutil.Process
        Processes to end. Exited ones are ignored.
    grace : float
        Seconds between SIGTERM and SIGKILL.
    """
    import psutil

    running = list(processes)
    for action, timeout in ((psutil.Process.terminate, grace), (psutil.Process.kill, _KILL_TIMEOUT)):
        for process in running:
            with contextlib.suppress(psutil.Error, OSError):
                action(process)
                process.resume()  # a stopped process does not handle SIGTERM
        running = psutil.wait_procs(running, timeout=timeout)[1]
        running = [p for p in running if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]
        if not running:
            break
    return running


def terminate_group(process: subprocess.Popen[Any], *, grace: float, first: signal.Signals = signal.SIGTERM) -> None:
    """Terminate a child process and its group; kill them if the child does not exit.

    Parameters
    ----------
    process : subprocess.Popen
        Child that was started with ``start_new_session=True``. No-op if it has exited.
    grace : float
        Seconds to wait after each signal.
    first : signal.Signals
        Signal before SIGKILL.
    """
    import subprocess

    for number in (first, signal.SIGKILL):
        if process.poll() is not None:
            break
        _signal_group(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace)


async def terminate_group_async(process: asyncio.subprocess.Process, *, grace: float) -> None:
    """Terminate a child process and its group; kill them if the child does not exit. See `terminate_group`."""
    import asyncio

    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.returncode is not None:
            break
        _signal_group(process.pid, number)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), grace)


def _signal_group(leader: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)
