from __future__ import annotations

from typing import Any

import pytest

from jupyter_pipeline.clusters.right_sizing import advise_size
from jupyter_pipeline.models import ClusterEnd, JobUsage, WorkerUsage

GIB = 2**30
KILLED = "Worker tcp://127.0.0.1:4711 (pid=17) exceeded 95% memory budget. Restarting..."


def end(memory: tuple[float, float], usage: dict[str, Any] | None = None, **changes: Any) -> ClusterEnd:
    """Return the end of a cluster whose workers used and had some GiB."""
    peak, limit = (int(size * GIB) for size in memory)
    values: dict[str, Any] = {"samples": 100, "seconds": 300.0, "cores": 1.2, "tasks": 2, "threads": 8}
    values |= usage or {}
    return ClusterEnd(
        cluster="jp-1", name="slurm-1", profile="slurm", state="stopped", reason="", start=1e9, end=1e9 + 300,
        peak_memory=peak, memory_limit=limit, usage=WorkerUsage(**values), **changes,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("found", "options"),
    [
        pytest.param(end((2.8, 32)), "--memory 4GiB --cpus 2", id="both are smaller"),
        pytest.param(
            end((3.0, 32)), "--memory 5GiB --cpus 2", id="the peak stays below the share at which Dask spills"
        ),
        pytest.param(end((0.1, 32)), "--memory 1GiB --cpus 2", id="never below one GiB"),
        pytest.param(end((2.8, 5)), "--memory 4GiB --cpus 2", id="a fifth less is worth a change"),
        pytest.param(end((2.8, 4.5)), "--cpus 2", id="less than a fifth is not"),
        pytest.param(end((30, 32)), "--cpus 2", id="memory that is needed"),
        pytest.param(end((30, 32), {"cores": 7.9}), "", id="a size that fits"),
        pytest.param(end((30, 32), {"cores": 2.5}), "--cpus 3", id="a reserve of a fifth"),
        pytest.param(end((30, 32), {"cores": 2.6}), "--cpus 4", id="rounded up"),
        pytest.param(end((30, 32), {"cores": 0.0, "tasks": 1}), "--cpus 1", id="at least one core"),
        pytest.param(end((30, 32), {"tasks": 5}), "--cpus 5", id="a core for each task at once"),
        pytest.param(end((30, 32), {"tasks": 8}), "", id="tasks that wait keep their threads"),
        pytest.param(end((0, 0)), "--cpus 2", id="memory that is not known"),
        pytest.param(
            end((6, 8), {"spilled": 2 * GIB, "cores": 8.0}), "--memory 12GiB", id="more memory after spilling"
        ),
        pytest.param(end((2, 8), {"spilled": GIB, "cores": 8.0}), "", id="no less memory after spilling"),
        pytest.param(end((8, 8), worker_ends=(KILLED,)), "--memory 16GiB", id="twice the memory after a kill"),
        pytest.param(
            end((8, 8), {"samples": 0, "seconds": 0.0}, worker_ends=(KILLED,)), "--memory 16GiB", id="an early kill"
        ),
    ],
)
def test_the_advice_follows_the_use(found: ClusterEnd, options: str) -> None:
    advice = advise_size(found)
    assert advice is not None
    assert advice.options == options
    assert (f": {options}" in advice.text) == bool(options)
    assert advice.cpus < found.usage.threads


@pytest.mark.parametrize("usage", [{"seconds": 59.0}, {"samples": 9}, {"samples": 0, "seconds": 0.0}])
def test_short_use_gives_no_advice(usage: dict[str, Any]) -> None:
    assert advise_size(end((3, 32), usage)) is None


@pytest.mark.parametrize(
    ("jobs", "options"),
    [
        pytest.param((32, 10, 0.4), "--memory 15GiB --cpus 2", id="memory"),
        pytest.param((32, 1, 5.0), "--memory 5GiB --cpus 6", id="cores"),
        pytest.param((128, 40, 0.0), "--memory 5GiB --cpus 2", id="several workers in a job"),
        pytest.param((0, 40, 0.4), "--memory 5GiB --cpus 2", id="several workers on a whole node"),
        pytest.param((0, 4, 20.0), "--memory 5GiB --cpus 2", id="more cores than a worker has"),
        pytest.param(None, "--memory 5GiB --cpus 2", id="no accounting"),
    ],
)
def test_the_accounting_counts_child_processes(jobs: tuple[int, int, float] | None, options: str) -> None:
    usage = jobs and JobUsage(memory=jobs[0] * GIB, peak_memory=jobs[1] * GIB, mean_cores=jobs[2])
    advice = advise_size(end((3, 32)), usage)
    assert advice is not None
    assert advice.options == options
    assert "40.0 GiB" not in advice.text
    assert "20 of" not in advice.text


def test_only_sizes_that_can_be_chosen_are_advised() -> None:
    advice = advise_size(end((3, 32)), arguments=())
    assert advice is not None
    assert advice.text == "A worker used at most 3.0 GiB of 32.0 GiB and 1.2 of 8 cores."


def test_causes_are_in_the_text() -> None:
    def text(*args: Any, **options: Any) -> str:
        advice = advise_size(end(*args, **options))
        assert advice is not None
        return advice.text

    assert text((3, 32)) == "A worker used at most 3.0 GiB of 32.0 GiB and 1.2 of 8 cores: --memory 5GiB --cpus 2."
    assert text((3, 32), {"tasks": 8}).endswith("Its 8 threads had tasks that wait, or that hold Python's lock.")
    assert text((6, 8), {"spilled": GIB}).endswith("It moved up to 1.0 GiB to the disk.")
    assert text((8, 8), worker_ends=(KILLED,)).endswith("Dask killed a worker because of its memory.")
