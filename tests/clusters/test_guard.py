"""When a cluster is given up because no worker came."""

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
def test_it_waits_for_workers_that_are_due_and_never_came(values: dict[str, Any], had_worker: bool) -> None:
    pulse = SchedulerMonitor(Cluster())
    pulse.had_worker = had_worker
    fresh = {"limits": Limits(start_timeout=600.0)} if "started" in values else {}
    assert LimitMonitor(SLURM).explain_missing_workers(record(**values, **fresh), pulse) == ""


def test_what_nodes_may_not_see_is_told_unless_the_jobs_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mounts, "find_private_disk", lambda path: "tmpfs at /tmp")
    pulse = SchedulerMonitor(Cluster())
    waiting = record(reason="1 job waits: Resources", jobs=({"id": "1", "state": "pending"},))
    said = LimitMonitor(SLURM).explain_missing_workers(waiting, pulse)
    assert said == "No worker started within 10 s (limits.start_timeout): 1 job waits: Resources"
    said = LimitMonitor(SLURM).explain_missing_workers(record(jobs=({"id": "1", "state": "running"},)), pulse)
    assert said.startswith(
        "No worker started within 10 s (limits.start_timeout). Workers need the interpreter: /x/python"
    )
