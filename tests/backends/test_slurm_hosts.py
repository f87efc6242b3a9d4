"""A Slurm whose nodes and login nodes are separate hosts, with one home and with accounting."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_pipeline.clusters import attached, backends, manager, profiles, registry
from jupyter_pipeline.clusters.cleanup import cluster_processes, orphans, tags
from jupyter_pipeline.clusters.cleanup.cluster_ends import describe_end
from jupyter_pipeline.models import ClusterRecord, ClusterState, JobUsage
from jupyter_pipeline.workflows.environments import sync_cluster

pytestmark = pytest.mark.backend("slurm-hosts")
Eventually = Callable[..., Any]


@pytest.fixture(scope="module")
def started() -> Iterator[Any]:
    """Start that Slurm, or skip with the reason."""
    import slurm

    reason = slurm.HOSTS.missing()
    if reason:
        pytest.skip(f"slurm-hosts: {reason}")
    with slurm.HOSTS.borrowed() as bed:
        yield bed


@pytest.fixture(autouse=True)
def bed(started: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name, value in started.environ.items():
        monkeypatch.setenv(name, value)
    return started


@pytest.fixture
def start(bed: Any) -> Iterator[Callable[..., ClusterRecord]]:
    """Return a function that starts a cluster. The cluster is stopped after the test."""
    names: list[str] = []

    def begin(*, workers: int = 1, **overrides: Any) -> ClusterRecord:
        kwargs = {"cluster_kwargs.interface": bed.network.interface, "cluster_kwargs.memory": "1 GB"}
        profile = profiles.get_profile("slurm", overrides={**kwargs, **overrides})
        record = manager.start(profile, workers=workers)
        names.append(record.id)
        manager.wait_for_workers(record.name)
        return registry.refresh_record(record)

    yield begin
    for name in names:
        if registry.find_record(name, include_ended=True).state.alive:
            manager.stop(name)


IN_A_JOB = {"keeper": "job", "limits.lifetime": "50 min"}


def elsewhere(bed: Any, folder: Path, *arguments: str) -> Any:
    """Run a command on the second login node, which has separate sockets. Return its answer, or its error."""
    import slurm

    command = bed.network.on(slurm.LOGIN, [sys.executable, "-m", "jupyter_pipeline", *arguments, "--json"])
    environ = {**os.environ, "TMPDIR": str(folder), "XDG_RUNTIME_DIR": ""}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120)
    return json.loads(done.stdout) if done.returncode == 0 else done.stderr + done.stdout


def left(record: ClusterRecord) -> list[Any]:
    """Return the remaining jobs and processes of a cluster."""
    backend = backends.find_backend("slurm")
    found = [backend.find_jobs(tag, max_age=0) for tag in (record.id, tags.keeper_job_tag(record.id))]
    assert None not in found
    return [*found[0], *found[1], *cluster_processes.find_processes(record.id)]


def where() -> str:
    return socket.gethostname()


def test_workers_are_on_the_nodes(start: Callable[..., ClusterRecord]) -> None:
    record = start(workers=2)
    with attached.attach(record.name) as cluster:
        assert sorted(cluster.get_client().run(where).values()) == ["n1", "n2"]


def test_another_login_node_sees_the_cluster_attaches_changes_and_stops_it(
    bed: Any, start: Callable[..., ClusterRecord], tmp_path: Path, eventually: Eventually
) -> None:
    import slurm

    record = start()
    (seen,) = elsewhere(bed, tmp_path, "cluster", "list")
    assert (seen["name"], seen["host"], seen["state"]) == (record.name, socket.gethostname(), "running")
    refused = elsewhere(bed, tmp_path, "cluster", "start", "local", "--name", record.name)
    assert f"is running on {socket.gethostname()} already" in refused
    script = (
        "import socket, jupyter_pipeline\n"
        f"cluster = jupyter_pipeline.attach({record.name!r})\n"
        "future = cluster.get_client().submit(socket.gethostname)\n"
        "print(socket.gethostname(), future.result())\n"
        "cluster.detach()\n"
    )
    command = bed.network.on(slurm.LOGIN, [sys.executable, "-c", script])
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.split()
    assert said[0] == slurm.LOGIN
    assert said[1] in ("n1", "n2")
    assert elsewhere(bed, tmp_path, "cluster", "scale", record.name, "2")["workers_wanted"] == 2
    eventually(lambda: registry.refresh_record(record).workers == 2, "another worker")
    assert elsewhere(bed, tmp_path, "cluster", "stop", record.name)[0]["state"] == "stopped"
    assert left(record) == []


def test_a_keeper_in_a_job_answers_the_login_node(
    start: Callable[..., ClusterRecord], tmp_path: Path, eventually: Eventually
) -> None:
    record = start(**IN_A_JOB)
    assert record.host in ("n1", "n2")
    assert record.host != socket.gethostname()
    (tmp_path / "mine.py").write_text("answer = 42\n")
    with attached.attach(record.name) as cluster:
        client = cluster.get_client()
        assert client.submit(sum, [1, 2]).result(timeout=20) == 3
        sync_cluster(cluster, directories=[tmp_path])
        cluster.scale(2)
        eventually(lambda: cluster.record().workers == 2, "two workers")
        assert sorted(client.run(where).values()) == ["n1", "n2"]
        assert list(client.run(lambda: __import__("mine").answer).values()) == [42, 42]
    assert registry.find_record(record.id, include_ended=True).state is ClusterState.STOPPED
    assert "Start worker at" in manager.logs(record.id), "logs outlive the jobs"
    assert left(record) == []


def test_a_cancelled_keepers_job_ends_its_cluster_in_order(
    start: Callable[..., ClusterRecord], eventually: Eventually
) -> None:
    record = start(**IN_A_JOB)
    (job,) = backends.find_backend("slurm").find_jobs(tags.keeper_job_tag(record.id), max_age=0) or []
    shown = subprocess.run(["scontrol", "show", "job", job.id], capture_output=True, text=True, timeout=20).stdout
    assert "Requeue=0" in shown, "a keeper cannot begin again"
    subprocess.run(["scancel", job.id], check=True, timeout=20)
    eventually(lambda: not registry.refresh_record(record).state.alive, "its end")
    assert registry.refresh_record(record).reason == "Its keeper was terminated"
    eventually(lambda: left(record) == [], "nothing is left")


def test_a_keeper_that_died_on_its_node_is_noticed_from_the_login_node(
    start: Callable[..., ClusterRecord], eventually: Eventually
) -> None:
    record = start(**IN_A_JOB)
    os.kill(record.keeper.pid, signal.SIGKILL)
    eventually(lambda: orphans.is_keeper_job_gone(registry.refresh_record(record)), "its job is gone")
    assert manager.stop(record.name, timeout=20).state is ClusterState.STOPPED
    assert left(record) == []


def test_accounting_shows_who_cancelled_a_job_and_what_it_used(
    start: Callable[..., ClusterRecord], eventually: Eventually
) -> None:
    record = start()
    (job,) = backends.find_backend("slurm").find_jobs(record.id, max_age=0) or []
    subprocess.run(["scancel", job.id], check=True, timeout=20)
    message = f"job {job.id} of worker {record.name}-0: it was cancelled (CANCELLED by 0 on "
    eventually(lambda: message in manager.logs(record.name), "the log tells")
    end = describe_end(record, registry.cluster_dir(record.id))
    assert (end.backend, end.jobs[0]) == ("slurm", job.id)

    def read_usage() -> JobUsage | None:
        return backends.find_backend("slurm").read_job_usage([job.id], since=end.start, environment=end.job_environment)

    eventually(lambda: (found := read_usage()) and found.peak_memory, "its memory is in the accounting")
    usage = read_usage()
    assert usage is not None
    assert 30 * 2**20 < usage.peak_memory < usage.memory
    eventually(lambda: len(left(record)) >= 2 and registry.refresh_record(record).workers == 1, "another worker", 60)
    assert registry.refresh_record(record).state is ClusterState.RUNNING
