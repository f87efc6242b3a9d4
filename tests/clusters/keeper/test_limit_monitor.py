"""The limit on the start of the first worker."""

from __future__ import annotations

import time
from typing import Any

import pytest

from jupyter_pipeline.clusters.keeper.limit_monitor import LimitMonitor
from jupyter_pipeline.clusters.keeper.scheduler_monitor import SchedulerMonitor
from jupyter_pipeline.clusters.preflight import mounts
from jupyter_pipeline.models import ClusterRecord, ClusterState, Limits, Profile

SLURM = Profile(name="p", cluster_class="dask_jobqueue.SLURMCluster", cluster_kwargs={"python": "/x/python"})


class Cluster:
    scheduler_address = "tls://127.0.0.1:1"


def record(**values: Any) -> ClusterRecord:
    values = {"workers_wanted": 2, "started": time.time() - 20, "limits": Limits(start_timeout=10.0), **values}
    return ClusterRecord(id="a", name="one", profile="p", state=ClusterState.RUNNING, **values)


@pytest.mark.parametrize(
    ("values", "had_worker"),
    [({"started": "now"}, False), ({"workers_wanted": 0}, False), ({"adaptive": (0, 2)}, False), ({}, True)],
)
def test_a_cluster_waits_while_workers_may_still_start(values: dict[str, Any], had_worker: bool) -> None:
    monitor = SchedulerMonitor(Cluster())
    monitor.had_worker = had_worker
    if "started" in values:
        values = {"started": time.time(), "limits": Limits(start_timeout=600.0)}
    assert LimitMonitor(SLURM).explain_missing_workers(record(**values), monitor) == ""


def test_paths_invisible_to_nodes_are_reported_unless_jobs_are_pending(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mounts, "find_private_disk", lambda path: "tmpfs at /tmp")
    monitor = SchedulerMonitor(Cluster())
    waiting = record(reason="1 job waits: Resources", jobs=({"id": "1", "state": "pending"},))
    reason = LimitMonitor(SLURM).explain_missing_workers(waiting, monitor)
    assert reason == "No worker started within 10 s (limits.start_timeout): 1 job waits: Resources"
    reason = LimitMonitor(SLURM).explain_missing_workers(record(jobs=({"id": "1", "state": "running"},)), monitor)
    assert reason.startswith(
        "No worker started within 10 s (limits.start_timeout). Workers need the interpreter: /x/python"
    )


def check_twice(values: dict[str, Any], *, busy: bool = True) -> str:
    """Return the reason after a start timeout of a moment, for tasks that wait if `busy`."""
    monitor = SchedulerMonitor(Cluster())
    monitor._idle_since = None if busy else 1.0
    limit_monitor = LimitMonitor(SLURM)
    current = record(**{"limits": Limits(start_timeout=0.01), **values})
    assert limit_monitor.explain_waiting_tasks(current, monitor) == ""
    time.sleep(0.02)
    return limit_monitor.explain_waiting_tasks(current, monitor)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"workers_wanted": 0}, "No worker was requested. Start it with --workers N, or add workers"),
        (
            {"workers_wanted": None, "adaptive": (0, 2), "reason": "sbatch refused it."},
            "pending job. sbatch refused it",
        ),
        ({"jobs": ({"id": "1", "state": "running"},), "reason": "No workers; tasks are waiting"}, "tasks are waiting"),
    ],
)
def test_tasks_that_wait_in_vain_end_the_cluster(
    values: dict[str, Any], reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mounts, "find_private_disk", lambda path: "")
    found = check_twice(values)
    assert found.startswith("Its tasks have waited for 0.01 s (limits.start_timeout) without a worker")
    assert reason in found
    assert not found.endswith(".")


@pytest.mark.parametrize("values", [{"workers": 1}, {"jobs": ({"id": "1", "state": "pending"},)}])
def test_tasks_may_wait_for_workers_and_pending_jobs(values: dict[str, Any]) -> None:
    assert check_twice(values) == ""
    assert check_twice({"workers_wanted": 0}, busy=False) == ""
