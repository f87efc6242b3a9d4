"""Compare a number of workers with the memory, processes and open files that this host allows.

The needs of a worker are lower bounds, so that only impossible numbers are refused.
"""

from __future__ import annotations

import contextlib
import math
import resource
from pathlib import Path

from jupyter_pipeline.units import format_bytes

__all__ = ["explain_shortage"]

_MEMORY = 16 * 2**20  # bytes that a forked worker does not share with the others
_THREADS = 6
_FILES = 9  # pipes and sockets in the keeper
_THREAD_MEMORY = 2**20
_THREAD_FILES = 2


def explain_shortage(n: int, *, processes: bool) -> str:
    """Return a sentence about the scarcest resource if `n` workers exceed it, empty otherwise.

    Parameters
    ----------
    n : int
        Number of workers.
    processes : bool
        True if each worker is a process, false if it is a part of the keeper.
    """
    memory = _get_memory()
    needs = {
        f"{format_bytes(memory)} of memory": memory / (_MEMORY if processes else _THREAD_MEMORY),
        "limit of processes and threads": _get_thread_limit() / _THREADS,
        "limit of open files (ulimit -n)": _get_file_limit() / (_FILES if processes else _THREAD_FILES),
    }
    name, quotient = min(needs.items(), key=lambda item: item[1])
    if n <= max(1, quotient):
        return ""
    return f"This host cannot run {n:,} workers: its {name} is enough for at most {max(1, int(quotient)):,}."


def _get_memory() -> float:
    import psutil

    limits = [float(psutil.virtual_memory().total), *_read_limits("memory.max", "memory/memory.limit_in_bytes")]
    return min(limits)


def _get_thread_limit() -> float:
    limits = _read_limits("pids.max", "pids/pids.max")
    soft, _ = resource.getrlimit(resource.RLIMIT_NPROC)
    if soft != resource.RLIM_INFINITY:
        limits.append(float(soft))
    for name in ("pid_max", "threads-max"):
        with contextlib.suppress(OSError, ValueError):
            limits.append(float(Path("/proc/sys/kernel", name).read_text()))
    return min(limits, default=math.inf)


def _get_file_limit() -> float:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return math.inf if soft == resource.RLIM_INFINITY else float(soft)


def _read_limits(*names: str) -> list[float]:
    """Return the limits of this process's control group, as far as they can be read."""
    found = []
    for name in names:
        with contextlib.suppress(OSError, ValueError):  # "max" is no number
            found.append(float(Path("/sys/fs/cgroup", name).read_text()))
    return found
