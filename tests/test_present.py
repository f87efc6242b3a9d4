"""What people are told in lines."""

from __future__ import annotations

import dataclasses

from jupyter_pipeline import present
from jupyter_pipeline.models import ClusterRecord, ClusterState


def test_the_start_of_a_cluster_is_told_once_a_change() -> None:
    said: list[str] = []
    tell = present.starting(said.append)
    record = ClusterRecord(id="a", name="one", profile="slurm", state=ClusterState.STARTING, workers_wanted=2)
    waiting = dataclasses.replace(record, state=ClusterState.RUNNING, reason="2 jobs wait: Resources")
    there = dataclasses.replace(waiting, workers=2, reason="")
    for now in (record, record, waiting, dataclasses.replace(waiting, memory_used=5), there):
        tell(now)
    tell(dataclasses.replace(there, workers=1, workers_wanted=1))
    tell(dataclasses.replace(record, state=ClusterState.STOPPING, reason="told by an error"))
    tell(dataclasses.replace(record, state=ClusterState.FAILED, reason="told by an error"))
    assert said == [
        "one: starting",
        "one: running, 0 of 2 workers, 2 jobs wait: Resources",
        "one: running, 2 workers",
        "one: running, 1 worker",
        "one: stopping",
    ]
