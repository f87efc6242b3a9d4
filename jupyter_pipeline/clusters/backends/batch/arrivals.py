"""Record the names of workers as they connect to a scheduler, also of workers that leave at once."""

from __future__ import annotations

from typing import Any

__all__ = ["record_arrivals"]


def record_arrivals(scheduler: Any, names: set[str]) -> None:
    """Add the names of workers to `names` when they connect.

    Parameters
    ----------
    scheduler : distributed.Scheduler
        A scheduler of this process. For any other, nothing is recorded.
    names : set of str
        The names.
    """
    from distributed import Scheduler
    from distributed.diagnostics.plugin import SchedulerPlugin

    class Arrivals(SchedulerPlugin):  # type: ignore[misc]
        def add_worker(self, scheduler: Scheduler, worker: str) -> None:
            names.add(str(scheduler.workers[worker].name))

    if isinstance(scheduler, Scheduler):
        scheduler.add_plugin(Arrivals(), name="jupyter-pipeline-arrivals")
