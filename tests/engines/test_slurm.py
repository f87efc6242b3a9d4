"""What goes wrong under a batch system, on a real Slurm."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_pipeline.clusters import engines, handle, manager
from jupyter_pipeline.exceptions import ClusterStartError, PreflightError
from jupyter_pipeline.models import ClusterState

Eventually = Callable[..., Any]
QUICK = pytest.mark.engine("slurm")
LONG = pytest.mark.engine("slurm-long")
"""Tests that wait for Slurm: they run with ``--engines=all``."""


@pytest.fixture(autouse=True)
def bed(bed_of: Callable[[str], Any]) -> Any:
    return bed_of("slurm")


@pytest.fixture
def start(bed: Any) -> Iterator[Callable[..., handle.AttachedCluster]]:
    """Return a function that starts a cluster, which is stopped after the test."""
    names: list[str] = []

    def begin(*, workers: int = 1, **overrides: Any) -> handle.AttachedCluster:
        record = manager.start(bed.profile(**overrides), workers=workers)
        names.append(record.name)
        return handle.attach(record.name)

    yield begin
    for name in names:
        manager.stop(name)


def commands(folder: Path, name: str, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a program before Slurm's own ``name``."""
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def jobs_of(cluster: handle.AttachedCluster) -> list[engines.Job]:
    return engines.find_engine("slurm").find_jobs(cluster.record().id, max_age=0) or []


def slurm(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout


@QUICK
def test_an_unknown_partition_is_refused_before_anything_starts_with_slurms_own_reason(bed: Any) -> None:
    with pytest.raises(PreflightError, match="Invalid partition name specified"):
        manager.start(bed.profile(cluster_kwargs__queue="nope"), workers=1)


@QUICK
def test_a_job_that_sbatch_refuses_fails_the_start_with_its_reason(
    bed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse = 'case "$*" in *--test-only*) exit 0;; esac; echo "sbatch: error: QOSMaxSubmitJobPerUserLimit" >&2; exit 1'
    commands(tmp_path, "sbatch", refuse, monkeypatch)
    with pytest.raises(ClusterStartError, match="sbatch refused 2 of 2 jobs: QOSMaxSubmitJobPerUserLimit"):
        manager.start(bed.profile(), name="refused", workers=2)
    assert [job for job in engines.find_engine("slurm").find_jobs(max_age=0) or [] if job.state == "pending"] == []


@QUICK
def test_a_job_whose_submission_lost_its_reply_is_adopted(
    start: Callable[..., handle.AttachedCluster], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = shutil.which("sbatch")
    lose = f'{real} "$@" >/dev/null 2>&1; echo "sbatch: error: Socket timed out" >&2; exit 1'
    commands(tmp_path, "sbatch", lose, monkeypatch)
    cluster = start()
    client = cluster.get_client()
    client.wait_for_workers(1, timeout=60)
    assert client.submit(sum, [1, 2]).result() == 3
    assert len(jobs_of(cluster)) == 1
    cluster.detach()


@QUICK
def test_a_requeued_job_comes_back(start: Callable[..., handle.AttachedCluster], eventually: Eventually) -> None:
    cluster = start(cluster_kwargs__job_extra_directives=["--requeue"])
    client = cluster.get_client()
    client.wait_for_workers(1, timeout=60)
    (job,) = jobs_of(cluster)
    slurm("scontrol", "requeue", job.id)
    eventually(lambda: not client.scheduler_info()["workers"], "the worker is gone")
    # Slurm holds a requeued job back for a while; what counts is that it is not taken for lost.
    (again,) = jobs_of(cluster)
    assert again.id == job.id
    cluster.detach()


@QUICK
def test_a_drained_node_takes_no_new_job(start: Callable[..., handle.AttachedCluster], eventually: Eventually) -> None:
    slurm("scontrol", "update", "nodename=n1", "state=drain", "reason=test")
    try:
        cluster = start(workers=2)
        cluster.get_client().wait_for_workers(2, timeout=60)
        assert {job.host for job in jobs_of(cluster)} == {"n2"}
        cluster.detach()
    finally:
        slurm("scontrol", "update", "nodename=n1", "state=resume")


@LONG
def test_a_worker_that_reaches_its_lifetime_is_refilled(
    start: Callable[..., handle.AttachedCluster], eventually: Eventually
) -> None:
    cluster = start(cluster_kwargs__worker_extra_args=["--lifetime", "6s"])
    client = cluster.get_client()
    client.wait_for_workers(1, timeout=60)
    (first,) = jobs_of(cluster)
    eventually(lambda: {job.id for job in jobs_of(cluster)} - {first.id}, "another job", 60)
    eventually(lambda: client.scheduler_info()["workers"], "its worker")
    assert client.submit(sum, [1, 2]).result() == 3
    cluster.detach()


@LONG
@pytest.mark.parametrize("answer", ["exit 1", "echo garbage", "true", "sleep 30"])
def test_a_squeue_that_is_broken_takes_no_job_for_lost(
    answer: str,
    start: Callable[..., handle.AttachedCluster],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    switch, real = tmp_path / "broken", shutil.which("squeue")
    commands(tmp_path, "squeue", f'[ -e {switch} ] && {{ {answer}; exit $?; }}; exec {real} "$@"', monkeypatch)
    cluster = start()
    client = cluster.get_client()
    client.wait_for_workers(1, timeout=60)
    before = {job.id for job in jobs_of(cluster)}
    switch.touch()
    time.sleep(12 if answer == "true" else 7)
    switch.unlink()
    assert {job.id for job in jobs_of(cluster)} == before
    assert cluster.record().state is ClusterState.RUNNING
    cluster.detach()


@LONG
def test_a_cluster_that_stops_while_its_jobs_wait_cancels_them(bed: Any, eventually: Eventually) -> None:
    record = manager.start(bed.profile(cluster_kwargs__job_extra_directives=["--hold"]), workers=2)
    engine = engines.find_engine("slurm")
    eventually(lambda: len(engine.find_jobs(record.id, max_age=0) or []) == 2, "two jobs wait")
    found = handle.attach(record.name)
    jobs = eventually(lambda: found.record().jobs, "the record tells of them")
    assert {job["reason"] for job in jobs} == {"JobHeldUser"}
    manager.stop(record.name)
    assert engine.find_jobs(record.id, max_age=0) == []
