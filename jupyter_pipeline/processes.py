"""Identify, find and terminate processes.

A process is identified by host, pid and start time, since pids are reused. The start time counts from the boot where
the system reports it so: a change of the clock must not make a running process look dead. On Linux, identification
uses the standard library alone; psutil is imported on first use.

A host is the same if machine id, boot id and namespaces are equal. Its name does not count: DHCP and containers change
it. After a reboot, the name decides, because nodes of one image share a machine id.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import signal
import socket
import sys
import time
import uuid
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
    "SERVER_PID",
    "boot_id",
    "describe_stop",
    "find",
    "hold_lock",
    "hostname",
    "identify",
    "is_alive",
    "is_running",
    "is_stopped",
    "machine_id",
    "namespaces",
    "on_this_host",
    "server_process",
    "terminate",
    "terminate_group",
    "terminate_group_async",
    "this_process",
    "user_name",
    "with_variable",
]

SERVER_PID = "JPY_PARENT_PID"

_LINUX = sys.platform == "linux"
_TICKS = os.sysconf("SC_CLK_TCK")
_TOLERANCE = 0.02  # seconds; the kernel reports starts in clock ticks of 10 ms
_KILL_TIMEOUT = 5.0
_ZOMBIE_POLL = 0.1
_MACHINE_IDS = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
_NAMESPACES = ("pid", "net")


def hostname() -> str:
    """Return the name of this host."""
    return socket.gethostname()


def user_name() -> str:
    """Return the name of the user by the id of this process, which no variable changes; the id without a name."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


@cache
def boot_id() -> str:
    """Return an identifier that changes at every boot of this host and only then."""
    if _LINUX:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    import psutil

    return str(round(psutil.boot_time()))


@cache
def machine_id() -> str:
    """Return an identifier of the installation of this host; empty if there is none, as in most containers."""
    if not _LINUX:
        return f"{uuid.getnode():x}"
    for path in _MACHINE_IDS:
        with contextlib.suppress(OSError):
            if found := path.read_text().strip():
                return found
    return ""


@cache
def namespaces() -> str:
    """Return the PID and network namespaces of this process; empty where there are none."""
    with contextlib.suppress(OSError):
        return " ".join(str(Path(f"/proc/self/ns/{name}").stat().st_ino) for name in _NAMESPACES)
    return ""


def _read_stat(pid: int) -> list[bytes] | None:
    """Return the fields of ``/proc/PID/stat`` from the state on; ``None`` for a pid without a process."""
    try:
        descriptor = os.open(f"/proc/{pid}/stat", os.O_RDONLY | os.O_CLOEXEC)
        try:
            stat = os.read(descriptor, 4096)
        finally:
            os.close(descriptor)
    except OSError:
        return None
    # The command, in parentheses, may contain any character. Plain fields follow its last parenthesis.
    return stat[stat.rindex(b")") + 2 :].split(maxsplit=20)


def _start_of(pid: int) -> float | None:
    """Return the start time of `pid`, or ``None`` for a zombie or a pid without a process."""
    if _LINUX:
        fields = _read_stat(pid)
        return None if fields is None or fields[0] in (b"Z", b"X") else int(fields[19]) / _TICKS
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
    return ProcessIdentity(
        host=hostname(),
        boot_id=boot_id(),
        pid=pid,
        started=started,
        machine=machine_id(),
        namespaces=namespaces(),
    )


def this_process() -> ProcessIdentity:
    """Return the identity of the calling process."""
    found = identify(os.getpid())
    assert found is not None, "a running process has a start time"
    return found


def server_process() -> ProcessIdentity | None:
    """Return the Jupyter server that started this kernel or command, or ``None`` for others.

    jupyter_client passes the pid to a kernel in ``JPY_PARENT_PID``.
    """
    pid = os.environ.get(SERVER_PID, "")
    return identify(int(pid)) if pid.isdigit() else None


def on_this_host(process: ProcessIdentity) -> bool:
    """Return True if `process` started on this host, running or not. The name of the host may have changed since.

    A container is a host of its own.
    """
    is_old = not (process.machine or process.namespaces)  # of an earlier release
    if is_old or process.boot_id != boot_id():
        return process.host == hostname()
    return (process.machine, process.namespaces) == (machine_id(), namespaces())


def is_running(process: ProcessIdentity, *, lock: Path | None = None) -> bool | None:
    """Return True if `process` is running.

    Parameters
    ----------
    process : ProcessIdentity
        The process.
    lock : Path, optional
        File that the process holds by `hold_lock`. It shows the state of a process in another container of this host.

    Returns
    -------
    bool or None
        ``None`` for a process of another host: its state cannot be seen from here.
    """
    if not on_this_host(process):
        return _is_locked(lock) if lock is not None and process.boot_id == boot_id() else None
    if process.boot_id != boot_id():
        return False
    started = _start_of(process.pid)
    return started is not None and abs(started - process.started) <= _TOLERANCE


def is_stopped(process: ProcessIdentity | None) -> bool:
    """Return True if `process` is on this host and is stopped by a signal, such as SIGSTOP, or by a debugger."""
    if process is None or not is_running(process):
        return False
    if _LINUX:
        fields = _read_stat(process.pid)
        return fields is not None and fields[0] in (b"T", b"t")
    import psutil

    found = find(process)
    with contextlib.suppress(psutil.Error):
        return found is not None and found.status() == psutil.STATUS_STOPPED
    return False


def describe_stop(process: ProcessIdentity, last: float | None) -> str:
    """Return a clause on a process that `is_stopped`, with the command that continues it.

    Parameters
    ----------
    process : ProcessIdentity
        The process.
    last : float, optional
        Time of its last sign in seconds since the epoch.
    """
    since = f" since about {time.strftime('%H:%M:%S', time.localtime(last))}" if last is not None else ""
    return f"process {process.pid} is stopped (SIGSTOP){since}. Continue it: kill -CONT {process.pid}"


def hold_lock(path: Path) -> int:
    """Lock a file until this process exits, and return its descriptor. Child processes do not inherit the lock.

    Raises
    ------
    BlockingIOError
        If another process holds it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _is_locked(path: Path) -> bool | None:
    """Return True if a process holds a file by `hold_lock`; ``None`` if the file cannot be opened."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a file system without locks
        return None
    finally:
        os.close(descriptor)
    return False


def find(process: ProcessIdentity | None) -> psutil.Process | None:
    """Return the running process with this identity, or ``None``."""
    import psutil

    if process is None or not is_running(process):
        return None
    with contextlib.suppress(psutil.Error):
        return psutil.Process(process.pid)
    return None


def with_variable(name: str, value: str) -> Iterator[psutil.Process]:
    """Yield this user's running processes that started with the environment variable ``name=value``.

    Root can read the environments of other users, who set them as they like. Their processes are left out.
    """
    import psutil

    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.uids().real != os.getuid() or process.environ().get(name) != value:
                continue
            if process.status() != psutil.STATUS_ZOMBIE:
                yield process


def is_alive(process: psutil.Process) -> bool:
    """Return True if a process is running and is no zombie."""
    return _start_of(process.pid) is not None and process.is_running()


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
        running = _wait(running, timeout)
        if not running:
            break
    return running


def _wait(running: list[psutil.Process], timeout: float) -> list[psutil.Process]:
    """Wait until processes have exited, and return the others. In a container, a zombie may stay for ever."""
    import psutil

    deadline = time.monotonic() + timeout
    while running:
        left = deadline - time.monotonic()
        running = psutil.wait_procs(running, timeout=max(0.0, min(_ZOMBIE_POLL, left)))[1]
        running = [p for p in running if is_alive(p)]
        if left <= 0:
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
