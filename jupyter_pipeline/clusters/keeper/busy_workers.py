"""Summarize the processors that workers use while they have tasks, in constant space (pure)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from jupyter_pipeline.clusters.keeper.scheduler_info import BusyWorker
from jupyter_pipeline.models import WorkerUsage

__all__ = ["BusyWorkers"]

_STEP = 0.1  # cores; resolution of the distribution
_SHARE = 0.95  # of the samples, so that one short peak does not decide


class BusyWorkers:
    """Distribution of the cores that workers with tasks use."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()
        """Number of samples by cores, in units of `_STEP`."""
        self._cores = self._seconds = 0.0
        self._tasks = self._threads = self._spilled = 0

    def add(self, workers: Iterable[BusyWorker], seconds: float) -> None:
        """Add one sample.

        Parameters
        ----------
        workers : iterable of BusyWorker
            Workers with running tasks.
        seconds : float
            Time since the sample before.
        """
        found = list(workers)
        if not found:
            return
        self._seconds += seconds
        for worker in found:
            self._counts[round(worker.cores / _STEP)] += 1
            self._cores += worker.cores
            self._tasks = max(self._tasks, worker.tasks)
            self._threads = max(self._threads, worker.threads)
            self._spilled = max(self._spilled, worker.spilled)

    def summarize(self) -> WorkerUsage:
        """Return the summary of all samples."""
        samples = self._counts.total()
        if not samples:
            return WorkerUsage()
        seen = 0
        for step in sorted(self._counts):
            seen += self._counts[step]
            if seen >= _SHARE * samples:
                break
        return WorkerUsage(
            samples=samples,
            seconds=round(self._seconds, 1),
            cores=round(step * _STEP, 1),
            mean_cores=round(self._cores / samples, 2),
            tasks=self._tasks,
            threads=self._threads,
            spilled=self._spilled,
        )
