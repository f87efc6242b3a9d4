from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import psutil
import pytest

from jupyter_pipeline import environment_variables, processes
from jupyter_pipeline.clusters import registry
from jupyter_pipeline.clusters.backends import Backend, Job
from jupyter_pipeline.clusters.cleanup import cluster_processes, orphans, tags
from jupyter_pipeline.clusters.registry import markers
from jupyter_pipeline.exceptions import ClusterError
from jupyter_pipeline.models import ClusterRecord, ClusterState, Profile


class Batch(Backend):
    """A batch system of three answers at most: jobs, none, or silence."""

    name = "batch"
    has_jobs = True

    def __init__(self, *tags: str) -> None:
        self.jobs = [Job(id=str(n), tag=tag, state="running", backend="batch") for n, tag in enumerate(tags)]
        self.silent = False
        self.refusing = False

    def find_jobs(self, tag: str | None = None, *, timeout: float = 10.0, max_age: float = 1.0) -> list[Job] | None:
        return None if self.silent else [j for j in self.jobs if tag in (None, j.tag)]

    def cancel_jobs(self, jobs: Sequence[Job], *, timeout: float = 30.0) -> None:
        if self.refusing:
            raise ClusterError("scancel: error: Unable to contact slurm controller")
        self.jobs = [j for j in self.jobs if j not in jobs]


@pytest.fixture
def lost(make_profile: Callable[..., Profile]) -> ClusterRecord:
    """Return a cluster whose keeper is dead."""
    record = ClusterRecord(
        id=registry.new_id(),
        name="one",
        profile="thin",
        state=ClusterState.RUNNING,
        started=time.time(),
        host=processes.hostname(),
        keeper=dataclasses.replace(processes.this_process(), started=1.0),
    )
    registry.create_record(record, {"profile": make_profile().to_dict()})
    return registry.find_record("one")


@pytest.fixture
def batch(lost: ClusterRecord, monkeypatch: pytest.MonkeyPatch) -> Batch:
    """Return the batch system with a job of the lost cluster, one of nobody, one of another registry."""
    backend = Batch(lost.id, registry.new_id(), "jp-000000-1", "")
    monkeypatch.setattr(orphans, "get_backend", lambda profile: backend)
    monkeypatch.setattr(orphans, "find_backend", lambda name: backend)
    monkeypatch.setattr(orphans, "job_backends", lambda: [backend])
    return backend


def test_orphaned_jobs_of_this_registry_are_removed(lost: ClusterRecord, batch: Batch) -> None:
    removed = orphans.remove_orphans()
    assert [(item["kind"], item["id"]) for item in removed] == [("job", "0"), ("cluster", "one"), ("job", "1")]
    assert [job.tag for job in batch.jobs] == ["jp-000000-1", ""]
    assert registry.find_record("one", include_ended=True).state is ClusterState.LOST
    assert registry.list_records() == []


def test_a_silent_batch_system_keeps_the_record_open(
    lost: ClusterRecord, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orphans.remove_jobs, "__kwdefaults__", {"timeout": 0.1, "include_keeper": False})
    batch.silent = True
    closed, removed = orphans.close_lost_cluster(lost, state=ClusterState.STOPPED, reason="Stopped by request.")
    assert closed.state is ClusterState.LOST
    assert closed.reason == (
        "Stopped by request. batch does not answer, so jobs may remain. Run `jupyter pipeline cluster gc` to try again"
    )
    assert removed == []
    written = registry.read_record(registry.cluster_dir(lost.id))
    assert written is not None
    assert written.state is ClusterState.RUNNING
    batch.silent = False
    assert orphans.close_lost_cluster(lost)[1] == [{"kind": "job", "id": "0", "cluster": lost.id}]


def test_a_batch_system_without_submitted_jobs_is_not_queried(lost: ClusterRecord, batch: Batch) -> None:
    markers.mark_unsubmitted(registry.cluster_dir(lost.id))
    batch.silent = True
    closed, _ = orphans.close_lost_cluster(lost, state=ClusterState.STOPPED, reason="Stopped by request")
    assert (closed.state, closed.reason) == (ClusterState.STOPPED, "Stopped by request")
    assert registry.list_records() == []


def test_a_refused_cancellation_is_reported(lost: ClusterRecord, batch: Batch) -> None:
    batch.refusing = True
    closed, _ = orphans.close_lost_cluster(lost)
    assert "Unable to contact slurm controller" in closed.reason
    assert registry.list_records() != []


def test_jobs_of_an_active_cluster_remain(lost: ClusterRecord, batch: Batch) -> None:
    alive = dataclasses.replace(lost, state=ClusterState.RUNNING, keeper=processes.this_process())
    registry.write_record(registry.cluster_dir(lost.id), alive)
    orphans.remove_orphans()
    assert [job.tag for job in batch.jobs] == [lost.id, "jp-000000-1", ""]


@pytest.mark.parametrize("signals", ["default", "ignored", "stopped"])
def test_processes_exit_even_if_they_ignore_signals(signals: str) -> None:
    ignoring = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    code = ignoring if signals == "ignored" else "import time; print(1, flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    found = psutil.Process(process.pid)
    if signals == "stopped":
        found.suspend()
    assert processes.terminate([found], grace=0.5) == []
    process.wait(5)
    process.stdout.close()


def test_exited_processes_are_ignored(lost: ClusterRecord, batch: Batch) -> None:
    process = subprocess.Popen(["true"])
    found: Any = psutil.Process(process.pid)
    process.wait()
    assert processes.terminate([found]) == []
    assert cluster_processes.find_processes(lost.id) == []


@pytest.mark.parametrize(
    ("module", "expected"), [(tags.KEEPER_MODULE, True), (tags.STANDBY_MODULE, True), ("distributed.nanny", False)]
)
def test_a_running_keeper_of_a_damaged_record_is_found(lost: ClusterRecord, module: str, expected: bool) -> None:
    command = [sys.executable, "-c", "import time; time.sleep(600)", module]
    with subprocess.Popen(command, env={**os.environ, environment_variables.CLUSTER: lost.id}) as process:
        try:
            assert orphans._is_keeper_running(dataclasses.replace(lost, keeper=None)) is expected
        finally:
            process.kill()
