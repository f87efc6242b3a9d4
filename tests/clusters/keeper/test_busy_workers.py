from __future__ import annotations

from collections.abc import Sequence

import pytest

from jupyter_pipeline.clusters.keeper.busy_workers import BusyWorkers
from jupyter_pipeline.clusters.keeper.scheduler_info import BusyWorker
from jupyter_pipeline.models import WorkerUsage


def worker(cores: float, *, tasks: int = 1, spilled: int = 0) -> BusyWorker:
    return BusyWorker(tasks=tasks, threads=8, cores=cores, spilled=spilled)


@pytest.mark.parametrize(
    ("samples", "cores", "mean"),
    [
        pytest.param([1.0] * 100, 1.0, 1.0, id="constant"),
        pytest.param([1.0] * 96 + [8.0] * 4, 1.0, 1.28, id="short peaks do not count"),
        pytest.param([1.0] * 90 + [8.0] * 10, 8.0, 1.7, id="longer peaks count"),
        pytest.param([0.0] * 10, 0.0, 0.0, id="tasks that wait"),
        pytest.param([1.24], 1.2, 1.24, id="one sample"),
    ],
)
def test_short_peaks_do_not_decide(samples: Sequence[float], cores: float, mean: float) -> None:
    workers = BusyWorkers()
    for each in samples:
        workers.add([worker(each)], 3.0)
    found = workers.summarize()
    assert (found.samples, found.seconds) == (len(samples), 3.0 * len(samples))
    assert (found.cores, found.mean_cores) == pytest.approx((cores, mean))


def test_time_without_tasks_does_not_count() -> None:
    workers = BusyWorkers()
    assert workers.summarize() == WorkerUsage()
    workers.add([], 3.0)
    workers.add([worker(1.0, tasks=3, spilled=5), worker(2.0)], 3.0)
    workers.add([], 3.0)
    assert workers.summarize() == WorkerUsage(
        samples=2, seconds=3.0, cores=2.0, mean_cores=1.5, tasks=3, threads=8, spilled=5
    )
