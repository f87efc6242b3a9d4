"""How long a trivial task takes with ``--tasks-on workers``, beside its parts: Prefect in a thread, and Dask.

Run it with ``python tests/benchmarks/bench_worker_tasks.py [TASKS]``. The goal is a ratio of at most 1.5. The three are
measured in turns, so that the ratio holds on a busy machine.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
import types
from collections.abc import Callable
from pathlib import Path

TASKS = int(sys.argv[1]) if len(sys.argv) > 1 else 200
ROUNDS = 5


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["JUPYTER_PIPELINE_STATE"] = str(Path(folder) / "state")
        from jupyter_pipeline.orchestration import service
        from jupyter_pipeline.orchestration.prefect_api import endpoint

        service.up()
        try:
            os.environ |= {**endpoint.variables(""), "PREFECT_LOGGING_LEVEL": "ERROR"}
            _measure()
        finally:
            service.down()


def _measure() -> None:
    from distributed import Client, LocalCluster
    from prefect import flow, task

    from jupyter_pipeline.runtime import tasks_on

    steps = types.ModuleType("steps")
    exec("def add(x):\n    return x + 1\n", steps.__dict__)

    @flow(name="thread")
    def thread() -> None:
        task(steps.add).map(list(range(TASKS))).result()

    @flow(name="workers")
    def workers() -> None:
        with tasks_on(client, steps) as task_runner:
            added = task(steps.add).map(list(range(TASKS)))
            task_runner.wait(added)

    def dask() -> None:
        futures = [client.submit(steps.add, x, pure=False) for x in range(TASKS)]
        for future in futures:
            future.result()

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        measured = {work.__name__: [] for work in (thread, workers, dask)}
        for number in range(ROUNDS + 1):
            for work in (thread, workers, dask):
                seconds = _seconds(work)
                if number:  # the first round imports and connects
                    measured[work.__name__].append(seconds)
    ratios = [w / (t + d) for t, w, d in zip(*(measured[n] for n in ("thread", "workers", "dask")), strict=True)]
    for name, values in measured.items():
        print(
            f"{name:10} {statistics.median(values):7.2f} s  {statistics.median(values) / TASKS * 1e3:6.1f} ms per task"
        )
    print(f"{'ratio':10} {statistics.median(ratios):7.2f}    of {', '.join(f'{ratio:.2f}' for ratio in ratios)}")


if __name__ == "__main__":
    main()
