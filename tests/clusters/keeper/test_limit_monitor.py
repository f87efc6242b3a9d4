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
    [({"started": time.time()}, False), ({"workers_wanted": 0}, False), ({"adaptive": (0, 2)}, False), ({}, True)],
)
def test_a_cluster_waits_while_workers_may_still_start(values: dict[str, Any], had_worker: bool) -> None:
    monitor = SchedulerMonitor(Cluster())
    monitor.had_worker = had_worker
    fresh = {"limits": Limits(start_timeout=600.0)} if "started" in values else {}
    assert LimitMonitor(SLURM).explain_missing_workers(record(**values, **fresh), monitor) == ""


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
