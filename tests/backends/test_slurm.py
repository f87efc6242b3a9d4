"""Failures under a batch system, on a real Slurm."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_pipeline.clusters import attached, backends, manager, preflight, registry
from jupyter_pipeline.exceptions import ClusterStartError, PreflightError
from jupyter_pipeline.models import ClusterState

Eventually = Callable[..., Any]
QUICK = pytest.mark.backend("slurm")
LONG = pytest.mark.backend("slurm-long")
"""Tests that wait for Slurm: they run with ``--backends=all``."""


@pytest.fixture(autouse=True)
def bed(bed_of: Callable[[str], Any]) -> Any:
    return bed_of("slurm")


@pytest.fixture
def start(bed: Any) -> Iterator[Callable[..., attached.AttachedCluster]]:
    """Return a function that starts a cluster. The cluster is stopped after the test."""
    names: list[str] = []

    def begin(*, workers: int = 1, **overrides: Any) -> attached.AttachedCluster:
        record = manager.start(bed.profile(**overrides), workers=workers)
        names.append(record.name)
        return attached.attach(record.name)

    yield begin
    for name in names:
        manager.stop(name)


def commands(folder: Path, name: str, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a program before Slurm's own ``name``."""
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def jobs_of(cluster: attached.AttachedCluster) -> list[backends.Job]:
    return backends.find_backend("slurm").find_jobs(cluster.record().id, max_age=0) or []


def slurm(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout


@pytest.fixture
def drained() -> Iterator[Callable[[], None]]:
    """Drain all nodes, and return a function that resumes them."""

    def resume() -> None:
        for node in ("n1", "n2"):
            with contextlib.suppress(subprocess.CalledProcessError):  # no longer drained
                slurm("scontrol", "update", f"nodename={node}", "state=resume")

    for node in ("n1", "n2"):
        slurm("scontrol", "update", f"nodename={node}", "state=drain", "reason=test")
    yield resume
    resume()


@pytest.fixture
def controller() -> Iterator[Any]:
    """Return the Slurm of the test bed. Its controller is started again after the test."""
    import slurm as bed

    yield bed.PLAIN
    bed.PLAIN.start()


@pytest.fixture
def counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Callable[[], int]]:
    """Return a function that starts counting the calls of a program."""

    def count(name: str) -> Callable[[], int]:
        calls = tmp_path / f"{name}.calls"
        commands(tmp_path, name, f'echo >> {calls}; exec {shutil.which(name)} "$@"', monkeypatch)
        return lambda: calls.stat().st_size if calls.exists() else 0

    return count


@QUICK
def test_an_unknown_partition_is_refused_before_anything_starts_with_slurms_own_reason(bed: Any) -> None:
    with pytest.raises(PreflightError, match="Invalid partition name specified"):
        manager.start(bed.profile(cluster_kwargs__queue="nope"), workers=1)
    assert preflight.check(bed.profile(cluster_kwargs__queue="nope", cluster_kwargs__job_directives_skip=["-p"])) == []


@QUICK
def test_a_job_that_sbatch_refuses_fails_the_start_with_its_reason(
    bed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse = 'case "$*" in *--test-only*) exit 0;; esac; echo "sbatch: error: QOSMaxSubmitJobPerUserLimit" >&2; exit 1'
    commands(tmp_path, "sbatch", refuse, monkeypatch)
    with pytest.raises(ClusterStartError, match="sbatch refused 2 of 2 jobs: QOSMaxSubmitJobPerUserLimit"):
        manager.start(bed.profile(), name="refused", workers=2)
    assert [job for job in backends.find_backend("slurm").find_jobs(max_age=0) or [] if job.state == "pending"] == []


@QUICK
def test_a_job_whose_submission_lost_its_reply_is_adopted(
    start: Callable[..., attached.AttachedCluster], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
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


@pytest.fixture
def filtered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let a program of the site submit: it prints banners and rewrites the script. Return Slurm's own program."""
    real = str(shutil.which("sbatch"))
    script = """\
for last; do :; done
case "$*" in *--test-only*) exec {real} "$@";; esac
echo "Welcome to cluster 2026: 3 jobs of account 42"
grep -v -e "SBATCH -J" -e "SBATCH --comment" -e "SBATCH --job-name" "$last" > {folder}/script.$$
{real} --job-name="site job" --hold {folder}/script.$$
echo "Quota: 81 %"
"""
    commands(tmp_path, "sbatch", script.format(real=real, folder=tmp_path), monkeypatch)
    return real


@QUICK
def test_jobs_without_any_label_are_found_by_their_ids_after_the_keeper_was_killed(
    bed: Any, filtered: str, eventually: Eventually
) -> None:
    options = ("--parsable", "--hold", "--output=/dev/null", "--job-name=site job", "--wrap=true")
    other = slurm(filtered, *options).strip()  # another job of this user, with the same name
    record = manager.start(bed.profile(), workers=2)
    eventually(lambda: len(registry.refresh_record(record).jobs) == 2, "the record lists both jobs")
    jobs = registry.refresh_record(record).jobs
    assert {(job["name"], job["label"], job["reason"]) for job in jobs} == {("site job", "", "JobHeldUser")}
    keeper = registry.refresh_record(record).keeper
    assert keeper is not None
    os.kill(keeper.pid, signal.SIGKILL)
    eventually(lambda: registry.refresh_record(record).state is ClusterState.LOST, "the keeper is gone")
    removed = manager.gc()
    assert {item["id"] for item in removed if item["kind"] == "job"} == {job["id"] for job in jobs}
    queue = slurm("squeue", "--noheader", "--all", "--format=%i").split()
    assert not set(queue) & {job["id"] for job in jobs}
    assert other in queue
    slurm("scancel", other)


@QUICK
def test_stop_cancels_pending_jobs_with_a_name_of_the_user(bed: Any, eventually: Eventually) -> None:
    directives = ['--job-name="my analysis"', "--hold"]
    record = manager.start(bed.profile(cluster_kwargs__job_extra_directives=directives), workers=2)
    eventually(lambda: len(slurm("squeue", "--noheader", "--format=%i").split()) == 2, "two jobs wait")
    assert manager.stop(record.name).state is ClusterState.STOPPED
    assert slurm("squeue", "--noheader", "--format=%i") == ""


@QUICK
def test_a_requeued_job_comes_back_and_its_output_is_shown_after_its_end(
    start: Callable[..., attached.AttachedCluster], tmp_path: Path, eventually: Eventually
) -> None:
    output = [f"--output={tmp_path}/%x-%6j.txt", "--open-mode=append"]
    cluster = start(cluster_kwargs__job_extra_directives=["--requeue", *output])
    client = cluster.get_client()
    client.wait_for_workers(1, timeout=60)
    (job,) = jobs_of(cluster)
    slurm("scontrol", "requeue", job.id)
    eventually(lambda: not client.scheduler_info()["workers"], "the worker is gone")
    # Slurm delays a requeued job; it must not count as lost meanwhile.
    (again,) = jobs_of(cluster)
    assert again.id == job.id
    slurm("scancel", job.id)
    end = f"== job {job.id} (it was cancelled (CANCELLED"
    text = eventually(lambda: end in (found := manager.logs(cluster.name)) and found, "the end of the job", 30)
    path, _, lines = text[text.index(end) :].partition("-- ")[2].partition("\n")
    assert path == f"{tmp_path}/{job.name}-{int(job.id):06}.txt"
    assert "Start worker at" in lines.partition("\n== ")[0]
    cluster.detach()


@QUICK
def test_a_drained_node_takes_no_new_job(
    start: Callable[..., attached.AttachedCluster], eventually: Eventually
) -> None:
    slurm("scontrol", "update", "nodename=n1", "state=drain", "reason=test")
    try:
        cluster = start(workers=2)
        cluster.get_client().wait_for_workers(2, timeout=60)
        assert {job.host for job in jobs_of(cluster)} == {"n2"}
        cluster.detach()
    finally:
        slurm("scontrol", "update", "nodename=n1", "state=resume")


@LONG
def test_pending_jobs_are_reported_with_slurms_reason_and_run_when_they_can(
    start: Callable[..., attached.AttachedCluster], drained: Callable[[], None], eventually: Eventually
) -> None:
    cluster = start(workers=2)
    reason = eventually(lambda: cluster.record().reason, "the record says why there are no workers")
    assert reason.startswith("2 jobs wait: ")
    assert "DRAINED" in reason or "NotAvail" in reason
    assert all(job["reason"] for job in eventually(lambda: cluster.record().jobs, "the jobs"))
    drained()
    cluster.get_client().wait_for_workers(2, timeout=60)
    eventually(lambda: cluster.record().reason == "", "no reason any more")
    cluster.detach()


@LONG
def test_adaptive_scaling_neither_cancels_nor_resubmits_pending_jobs(
    start: Callable[..., attached.AttachedCluster],
    drained: Callable[[], None],
    counted: Callable[[str], Callable[[], int]],
    eventually: Eventually,
) -> None:
    submitted, cancelled, listed = counted("sbatch"), counted("scancel"), counted("squeue")
    cluster = start(workers=0)
    cluster.adapt(minimum=0, maximum=2)
    client = cluster.get_client()
    before = submitted()
    futures = client.map(_nap, range(40))
    eventually(lambda: len(jobs_of(cluster)) == 2, "two jobs wait")
    first = {job.id for job in jobs_of(cluster)}
    listings = listed()
    eventually(lambda: listed() >= listings + 3, "the jobs are listed three times")
    assert {job.id for job in jobs_of(cluster)} == first
    assert (submitted() - before, cancelled()) == (2, 0)
    drained()
    assert client.gather(futures) == list(range(40))
    del futures  # a worker with results is not stopped
    eventually(lambda: not jobs_of(cluster), "no work, no jobs", 90)
    assert submitted() - before == 2
    cluster.detach()


def _nap(x: int) -> int:
    time.sleep(0.2)
    return x


@LONG
def test_a_job_that_slurm_ends_at_its_walltime_is_replaced_and_reported(
    start: Callable[..., attached.AttachedCluster], eventually: Eventually
) -> None:
    # Its worker would drain before; with a longer lifetime it runs until the walltime.
    cluster = start(cluster_kwargs__worker_extra_args=["--lifetime", "1h"])
    client = cluster.get_client()
    client.wait_for_workers(1, timeout=60)
    (first,) = jobs_of(cluster)
    slurm("scontrol", "update", f"jobid={first.id}", "timelimit=1")  # minute, the minimum
    future = client.submit(_nap, 7)
    eventually(lambda: {job.id for job in jobs_of(cluster)} - {first.id}, "another job", 150)
    assert future.result(timeout=60) == 7
    message = f"job {first.id} of worker {cluster.name}-0: it reached its walltime (TIMEOUT on "
    assert message in manager.logs(cluster.name)
    cluster.detach()


@LONG
def test_a_worker_hands_its_results_over_before_its_walltime(
    start: Callable[..., attached.AttachedCluster], tmp_path: Path, eventually: Eventually
) -> None:
    cluster = start(cluster_kwargs__worker_extra_args=["--lifetime", "25s"])
    client = cluster.get_client()
    client.wait_for_workers(1, timeout=60)
    (first,) = client.scheduler_info(n_workers=-1)["workers"]
    calls = tmp_path / "calls"
    futures = client.map(_noted, range(20), path=str(calls))
    assert client.gather(futures) == list(range(20))
    time.sleep(8)  # the second worker runs longer by that
    cluster.scale(2)
    client.wait_for_workers(2, timeout=60)
    eventually(lambda: first not in client.scheduler_info(n_workers=-1)["workers"], "the first left", 60)
    assert client.gather(futures) == list(range(20))
    assert len(calls.read_text().splitlines()) == 20, "nothing was computed again"
    cluster.detach()


def _noted(x: int, path: str) -> int:
    with Path(path).open("a") as file:
        file.write(f"{x}\n")
    return x


@LONG
def test_a_start_without_a_controller_fails_with_its_reason_and_leaves_no_job(
    bed: Any, controller: Any, eventually: Eventually
) -> None:
    controller.stop_controller()
    with pytest.raises(ClusterStartError, match=r"sbatch refused 1 of 1 jobs: .*ontact slurm controller"):
        manager.start(bed.profile(), name="unreached", workers=1)
    controller.start_controller()
    record = registry.find_record("unreached", include_ended=True)
    eventually(lambda: not registry.refresh_record(record).state.alive, "its keeper saw that nothing is left")
    assert registry.refresh_record(record).state is ClusterState.FAILED
    assert backends.find_backend("slurm").find_jobs(record.id, max_age=0) == []


@LONG
def test_a_stop_without_a_controller_goes_on_until_the_jobs_are_gone(
    bed: Any, controller: Any, eventually: Eventually
) -> None:
    record = manager.start(bed.profile(), workers=1)
    manager.wait_for_workers(record.name)
    controller.stop_controller()
    record = manager.stop(record.name, timeout=20)
    assert record.state is ClusterState.STOPPING
    controller.start_controller()
    eventually(lambda: not registry.refresh_record(record).state.alive, "it ends", 90)
    assert registry.refresh_record(record).state is ClusterState.STOPPED
    assert backends.find_backend("slurm").find_jobs(record.id, max_age=0) == []


@LONG
def test_five_clusters_share_one_listing_a_poll(
    start: Callable[..., attached.AttachedCluster], counted: Callable[[str], Callable[[], int]], eventually: Eventually
) -> None:
    asked = counted("squeue")
    for _ in range(5):
        start(workers=1)
    before = asked()
    eventually(lambda: asked() >= before + 3, "the starts' own listings")
    before, begin = asked(), time.monotonic()
    eventually(lambda: asked() >= before + 4, "four listings")
    assert time.monotonic() - begin > 10  # every five seconds, for any number of clusters


@LONG
def test_a_worker_that_reaches_its_lifetime_is_replaced(
    start: Callable[..., attached.AttachedCluster], eventually: Eventually
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
def test_with_a_broken_squeue_no_job_counts_as_lost(
    answer: str,
    start: Callable[..., attached.AttachedCluster],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    eventually: Eventually,
) -> None:
    switch, calls, real = tmp_path / "broken", tmp_path / "calls", shutil.which("squeue")
    calls.touch()
    script = f'[ -e {switch} ] && {{ echo >> {calls}; {answer}; exit $?; }}; exec {real} "$@"'
    commands(tmp_path, "squeue", script, monkeypatch)
    cluster = start()
    client = cluster.get_client()
    client.wait_for_workers(1, timeout=60)
    before = {job.id for job in jobs_of(cluster)}
    switch.touch()
    wanted = 3 if answer == "true" else 2
    eventually(lambda: len(calls.read_text().splitlines()) >= wanted, "squeue is called", 60)
    switch.unlink()
    assert {job.id for job in jobs_of(cluster)} == before
    assert cluster.record().state is ClusterState.RUNNING
    cluster.detach()


@LONG
def test_a_cluster_that_stops_while_its_jobs_wait_cancels_them(bed: Any, eventually: Eventually) -> None:
    record = manager.start(bed.profile(cluster_kwargs__job_extra_directives=["--hold"]), workers=2)
    backend = backends.find_backend("slurm")
    eventually(lambda: len(backend.find_jobs(record.id, max_age=0) or []) == 2, "two jobs wait")
    found = attached.attach(record.name)
    jobs = eventually(lambda: found.record().jobs, "the record tells of them")
    assert {job["reason"] for job in jobs} == {"JobHeldUser"}
    manager.stop(record.name)
    assert backend.find_jobs(record.id, max_age=0) == []
