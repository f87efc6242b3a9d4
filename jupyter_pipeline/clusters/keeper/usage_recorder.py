"""Record the usage of one cluster in the ledger: one interval for each number of workers and cores."""

from __future__ import annotations

import dataclasses
import threading
import time
from pathlib import Path

from jupyter_pipeline.clusters import ledger
from jupyter_pipeline.clusters.keeper.busy_workers import BusyWorkers
from jupyter_pipeline.clusters.keeper.scheduler_info import SchedulerInfo
from jupyter_pipeline.models import ClusterRecord, Profile, UsageInterval

__all__ = ["UsageRecorder"]

_WRITE_INTERVAL = 3.0  # seconds between two writes of the open interval: the usage that a killed keeper loses
_MAX_GAP = 10.0  # seconds between two samples, above which the time between them counts in part
_MAX_SECONDS = 86400.0  # length of an interval, after which the next one begins


class UsageRecorder:
    """Record the usage of one cluster.

    Parameters
    ----------
    folder : Path
        Folder of the cluster.
    profile : Profile
        Profile of the cluster.
    """

    def __init__(self, folder: Path, profile: Profile) -> None:
        self._folder = folder
        self._price = dict(profile.price)
        self._usage = ledger.OpenUsage()
        self._current: UsageInterval | None = None
        self._begin = 0.0
        """Start of the current interval by a monotonic clock."""
        self._written = 0.0
        self._number = 0
        self._busy_workers = BusyWorkers()
        self._sampled: float | None = None
        """Time of the last sample by a monotonic clock."""
        self._lock = threading.Lock()  # another thread ends a cluster whose event loop is blocked

    def observe(self, info: SchedulerInfo, *, had_tasks: bool) -> None:
        """Add a sample of the workers.

        Parameters
        ----------
        info : SchedulerInfo
            State of the scheduler now.
        had_tasks : bool
            True if there were tasks since the sample before.
        """
        with self._lock:
            now = time.monotonic()
            elapsed = min(now - self._sampled, _MAX_GAP) if self._sampled is not None else 0.0
            self._sampled = now
            self._usage.peak_memory = max(self._usage.peak_memory, info.largest_memory)
            self._usage.memory_limit = max(self._usage.memory_limit, info.worker_memory_limit)
            self._busy_workers.add(info.busy_workers, elapsed)
            self._usage.workers = self._busy_workers.summarize()
            current = self._current
            if current is not None:
                threads = sum(min(worker.tasks, worker.threads) for worker in info.busy_workers)
                self._current = dataclasses.replace(
                    current,
                    has_tasks=bool(current.has_tasks) or had_tasks,
                    busy=round((current.busy or 0.0) + threads * elapsed, 3),
                    total_peak_memory=max(current.total_peak_memory, info.memory_used),
                    total_memory_limit=max(current.total_memory_limit, info.memory_limit),
                )

    def update(self, record: ClusterRecord, *, is_last: bool = False) -> None:
        """Extend the current interval until now, and begin the next one if the workers of `record` differ.

        Parameters
        ----------
        record : ClusterRecord
            The cluster.
        is_last : bool
            End the current interval, without a next one.
        """
        with self._lock:
            now = time.monotonic()
            current = self._current
            if current is not None:
                current = dataclasses.replace(current, seconds=round(now - self._begin, 3))
            size = (record.workers, record.threads)
            if current is not None and (
                is_last or size != (current.workers, current.cores) or current.seconds >= _MAX_SECONDS
            ):
                self._usage.intervals = (*self._usage.intervals, current)
                current = None
            changed = (current is None) is not (self._current is None) or bool(self._usage.intervals)
            if current is None and not is_last and record.workers:
                current = self._begin_interval(record, now)
                changed = True
            self._current = current
            if self._usage.intervals and ledger.append(self._usage.intervals):
                self._usage.intervals = ()
            if changed or is_last or (current is not None and now - self._written >= _WRITE_INTERVAL):
                self._write(now)

    def _begin_interval(self, record: ClusterRecord, now: float) -> UsageInterval:
        self._number += 1
        self._begin = now
        return UsageInterval(
            cluster=record.id,
            number=self._number,
            start=round(time.time(), 3),
            seconds=0.0,
            workers=record.workers,
            cores=record.threads,
            name=record.name,
            profile=record.profile,
            price=self._price,
            **record.origin.to_dict(),
        )

    def _write(self, now: float) -> None:
        """Write the intervals that are not in the ledger, the current one included, into the folder of the cluster."""
        self._written = now
        intervals = self._usage.intervals if self._current is None else (*self._usage.intervals, self._current)
        ledger.write_open_usage(self._folder, dataclasses.replace(self._usage, intervals=intervals))
