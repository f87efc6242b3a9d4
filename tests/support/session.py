"""End every process that a test session started, however the session ends.

The first pytest process puts a tag into its environment, which all its descendants inherit, and starts a watcher in a
session of its own. When pytest finishes, it ends the processes that are left. When pytest is killed, the watcher does.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil

__all__ = ["TAG", "begin", "end", "own", "reap"]

TAG = "TEST_SESSION"
"""Environment variable with the folder of the test session."""
_PRODUCT_TAGS = ("JUPYTER_PIPELINE_CLUSTER", "JUPYTER_PIPELINE_SERVICE")
_GRACE = 5.0
_LIMIT = 60.0
_POLL = 0.2


def begin() -> subprocess.Popen[bytes]:
    """Tag this process's environment and start the watcher."""
    outside = {name: value for name, value in os.environ.items() if name != TAG}
    folder = tempfile.mkdtemp(prefix="test-session-")
    os.environ[TAG] = folder
    return subprocess.Popen(
        [sys.executable, __file__, folder, str(os.getpid())],
        env=outside,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def end(watcher: subprocess.Popen[bytes]) -> list[str]:
    """End what the session left running, then the watcher; return the command lines of the former."""
    folder = os.environ.pop(TAG)
    left = reap(folder)
    watcher.kill()
    watcher.wait()
    shutil.rmtree(folder, ignore_errors=True)
    return left


def own(pid: int) -> None:
    """Record a daemon that overwrites its environment: the session ends it by its pid."""
    folder = os.environ.get(TAG)
    if folder:
        with contextlib.suppress(psutil.Error, OSError), (Path(folder) / "pids").open("a") as ledger:
            ledger.write(f"{pid} {psutil.Process(pid).create_time()}\n")


def reap(folder: str) -> list[str]:
    """Terminate the processes of the session `folder`, then kill them; return their command lines."""
    seen: dict[psutil.Process, str] = {}
    deadline = time.monotonic() + _LIMIT
    number = signal.SIGTERM
    while time.monotonic() < deadline:
        found = _find_processes(folder, seen)
        if not found:
            time.sleep(_POLL)  # a process that was being started
            found = _find_processes(folder, seen)
        if not found:
            break
        for process in found:
            with contextlib.suppress(psutil.Error):
                seen.setdefault(process, " ".join(process.cmdline()) or process.name())
                process.send_signal(number)
        psutil.wait_procs(found, timeout=_GRACE)
        number = signal.SIGKILL
    return list(seen.values())


def _find_processes(folder: str, seen: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Return the running processes of the session, and the processes of `seen` that no longer have a trace of it."""
    environments = {}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.status() != psutil.STATUS_ZOMBIE:
                environments[process] = process.environ()
    found = {process for process, environ in environments.items() if environ.get(TAG) == folder}
    found.update(_owned(folder))
    found.update(process for process in seen if _runs(process))
    tags = {(name, environments[process][name]) for process in found & set(environments) for name in _PRODUCT_TAGS
            if environments[process].get(name)}  # fmt: skip
    found.update(p for p, environ in environments.items() if any(environ.get(name) == value for name, value in tags))
    for process in list(found):
        with contextlib.suppress(psutil.Error):
            found.update(p for p in process.children(recursive=True) if p.status() != psutil.STATUS_ZOMBIE)
    found |= set(_find_job_steps(found))
    me = psutil.Process()
    return list(found - {me, *me.parents()})


def _find_job_steps(processes: Iterable[psutil.Process]) -> Iterator[psutil.Process]:
    """Yield the slurmstepd of each job. It overwrites its environment, and waits forever for a dead controller."""
    for process in processes:
        with contextlib.suppress(psutil.Error):
            parent = process.parent()
            if parent is not None and parent.name() == "slurmstepd":
                yield parent


def _runs(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _owned(folder: str) -> Iterator[psutil.Process]:
    with contextlib.suppress(OSError):
        for line in (Path(folder) / "pids").read_text().splitlines():
            pid, created = line.split()
            with contextlib.suppress(psutil.Error):
                process = psutil.Process(int(pid))
                if process.create_time() == float(created) and process.status() != psutil.STATUS_ZOMBIE:
                    yield process


def _watch(folder: str, parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_POLL)
    reap(folder)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    _watch(sys.argv[1], int(sys.argv[2]))
