"""Find crash loops: workers that end by themselves soon after each start, and are started again by their nannies.

The scheduler records when workers join and leave, for every kind of cluster. A requested restart looks the same there,
so the logs decide: a nanny writes a line for each process that failed.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.clusters import registry
from jupyter_pipeline.clusters.backends import Backend
from jupyter_pipeline.clusters.backends.backoff import MAX_FAILURES, SHORT_LIFETIME, explain_crash_loop
from jupyter_pipeline.clusters.keeper import scheduler_info
from jupyter_pipeline.clusters.log_files import read_tail
from jupyter_pipeline.clusters.registry.submitted_jobs import read_submitted_jobs
from jupyter_pipeline.models import ClusterRecord

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = ["CrashLoopMonitor", "ShortLifetimes", "count_short_lifetimes", "describe_last_words", "read_last_words"]

_MIN_IDLE = 2
"""Least number of short lifetimes without a task. A task that kills its workers is an error of the task."""
_LOG_BYTES = 2**18
_MOST_FILES = 8
_MOST_LINES = 3
_LONGEST_LINE = 300
_NO_WORDS = "see the cluster's logs"
_EXIT = re.compile(r"Worker process \d+ (?:exited with status \d+|was killed by [^\n]*)")
"""Line of Dask's nanny about a worker process that failed."""
_TERMINATED = re.compile(r"Worker process \d+ was killed by signal 15\b")
_LOGGED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (?:- )?[\w.]+ (?:- )?(?:DEBUG|INFO|WARNING|ERROR)\b")
"""Start of a line that Dask or the keeper logs."""


@dataclass(frozen=True, slots=True)
class ShortLifetimes:
    """Consecutive short lifetimes of the workers of a cluster. Workers that ran at the same time count once."""

    total: int = 0
    idle: int = 0
    """Number of those without a task at their end."""

    @property
    def is_loop(self) -> bool:
        """True if there are so many that another start is of no use."""
        return self.total >= MAX_FAILURES and self.idle >= _MIN_IDLE


def count_short_lifetimes(events: Iterable[tuple[float, Any]], now: float) -> ShortLifetimes:
    """Count the consecutive short lifetimes until now.

    A worker with a longer lifetime, or one that stays while a later worker ends, ends the series.

    Parameters
    ----------
    events : iterable of tuple
        Events of the scheduler with their times, the oldest first.
    now : float
        Current time of the scheduler.
    """
    joined: dict[str, float] = {}
    total = idle = 0
    last_start, last_end = 0.0, 0.0
    for time, message in events:
        action = message.get("action") if isinstance(message, Mapping) else None
        if action == "add-worker":
            joined[str(message["worker"])] = time
        elif action == "restart-workers":  # requested by a client
            total = idle = 0
            for worker in message.get("workers") or list(joined):
                joined.pop(str(worker), None)
        elif action == "worker-failed":  # a nanny of the keeper; the worker has not joined
            start = float(message["started"])
            if start >= last_end:
                total, idle, last_start, last_end = total + 1, idle + 1, start, time
        elif action == "remove-worker":
            joined_at = joined.pop(str(message["worker"]), None)
            if joined_at is None or message.get("expected"):
                continue
            if time - joined_at >= SHORT_LIFETIME:
                total = idle = 0
            elif joined_at >= last_end:
                total, last_start, last_end = total + 1, joined_at, time
                idle += not message.get("processing-tasks")
    if any(now - start >= SHORT_LIFETIME or start < last_start for start in joined.values()):
        return ShortLifetimes()
    return ShortLifetimes(total, idle)


def describe_last_words(texts: Sequence[str]) -> tuple[str, int]:
    """Return the end of the worker that failed last with its own last lines, and the number of failed workers.

    Parameters
    ----------
    texts : sequence of str
        Logs, the newest last.
    """
    end = ""
    own: list[str] = []
    failures: set[str] = set()  # a log of a job and the log of its nanny have the same lines
    for text in texts:
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        exits = {i: found[0] for i, line in enumerate(lines) if (found := _EXIT.search(line))}
        exits = {i: end for i, end in exits.items() if not _TERMINATED.match(end)}
        if exits:
            failures |= set(exits.values())
            last = max(exits)
            end = exits[last]
            plain = [line for line in lines[:last] if not (_LOGGED.match(line) or _EXIT.search(line))]
            own = list(dict.fromkeys(plain))[-_MOST_LINES:] or own
    words = f"last lines of its output: {' | '.join(line[:_LONGEST_LINE] for line in own)}"
    return f"{end}; {words if own else _NO_WORDS}" if end else "", len(failures)


class CrashLoopMonitor:
    """Watch the workers of one cluster.

    Parameters
    ----------
    backend : Backend
        Backend of the cluster.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._workers: frozenset[str] = frozenset()

    async def check(self, cluster: Cluster, record: ClusterRecord, workers: frozenset[str]) -> tuple[str, bool]:
        """Return the problem of workers that end soon after each start, and True if no worker can start.

        Parameters
        ----------
        cluster : Cluster
            The cluster.
        record : ClusterRecord
            Its record.
        workers : frozenset of str
            Addresses of the connected workers.
        """
        changed, self._workers = workers != self._workers, workers
        events = await scheduler_info.fetch_events(cluster, is_needed=changed or not workers)
        if events is None:
            return "", False
        lifetimes = count_short_lifetimes(*events)
        if lifetimes.total < _MIN_IDLE or not lifetimes.idle:
            return "", False
        texts = await asyncio.to_thread(_read_logs, record, self._backend)
        texts += await scheduler_info.fetch_nanny_logs(cluster)
        words, failures = describe_last_words(texts)
        if failures < min(lifetimes.total, MAX_FAILURES):  # the others were restarted on request
            return "", False
        failure = f"workers ended within {SHORT_LIFETIME:g} s of their start"
        if lifetimes.is_loop:
            return explain_crash_loop(failure, lifetimes.total, words), True
        return f"{lifetimes.total} {failure}, and are started again. {words}", False


def read_last_words(record: ClusterRecord, backend: Backend) -> str:
    """Return the end of the worker that failed last with its own last lines, empty if no worker has failed.

    Parameters
    ----------
    record : ClusterRecord
        The cluster.
    backend : Backend
        Its backend.
    """
    return describe_last_words(_read_logs(record, backend))[0]


def _read_logs(record: ClusterRecord, backend: Backend) -> list[str]:
    """Return the ends of the newest logs of the keeper, of workers and of jobs, the newest last."""
    folder = registry.cluster_dir(record.id)
    paths = {folder / "keeper.log", *(path for path in (folder / "logs").glob("*") if path.stem.lower() != "scheduler")}
    for job in [job for job in read_submitted_jobs(folder, record.id) if job.id][-_MOST_FILES:]:
        paths.update(path for group in backend.find_output_files(job).values() for path in group)
    found = []
    for path in paths:
        with contextlib.suppress(OSError):
            found.append((path.stat().st_mtime, path))
    return [_read_end(path) for _, path in sorted(found)[-_MOST_FILES:]]


def _read_end(path: Path) -> str:
    try:
        return read_tail(path, max_bytes=_LOG_BYTES).text
    except OSError:
        return ""
