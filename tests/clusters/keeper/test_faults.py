"""Killed processes, damaged records, full disks: afterwards, no process and no socket remains."""

from __future__ import annotations

import concurrent.futures
import contextlib
import dataclasses
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from waiting import patience, wait_until

from jupyter_pipeline import paths, processes
from jupyter_pipeline.clusters import attached, ledger, manager, registry, security, stop
from jupyter_pipeline.exceptions import (
    ClusterConflictError,
    ClusterError,
    ClusterStartError,
    DiskFullError,
    PreflightError,
)
from jupyter_pipeline.models import ClusterRecord, ClusterState, Profile

Make = Callable[..., Profile]
Left = Callable[..., bool]


def in_processes(make_profile: Make, **values: Any) -> Profile:
    return make_profile(cluster_kwargs={"processes": True}, **values)


def test_keeper_killed_while_idle(make_profile: Make, nothing_left: Left, kill_keeper: Any) -> None:
    record = manager.start(in_processes(make_profile, workers=2), name="one")
    manager.wait_for_workers("one")
    wait_until(lambda: any(i.workers == 2 for i in ledger.read_intervals()))
    kill_keeper(record)
    (lost,) = registry.list_records()
    assert (lost.state, lost.workers) == (ClusterState.LOST, 0)
    assert "died while the cluster was running" in lost.reason
    stopped = manager.stop("one")
    assert stopped.state is ClusterState.STOPPED
    assert "but its keeper was killed: Its keeper" in stopped.reason
    [end] = ledger.read_ends()
    assert (end.cluster, end.state, end.reason) == (record.id, "stopped", stopped.reason)
    assert [(i.workers, i.cluster) for i in ledger.read_intervals(include_open=False)][-1:] == [(2, record.id)]
    assert nothing_left()
    assert registry.list_records() == []


def test_without_its_keeper_a_cluster_ends_without_gc(make_profile: Make, nothing_left: Left, kill_keeper: Any) -> None:
    """Nobody stops it and nobody collects: the layer that still holds when this package is gone."""
    record = manager.start(in_processes(make_profile, workers=2), name="one")
    with attached.attach("one").get_client(set_as_default=False) as client:
        client.wait_for_workers(2)
        kill_keeper(record)
    assert nothing_left(within=60)
    assert [r.state for r in registry.list_records()] == [ClusterState.LOST]


def test_keeper_killed_while_starting(
    make_faulty_profile: Make, nothing_left: Left, kill_keeper: Any, find_by_command: Any
) -> None:
    profile = make_faulty_profile("NeverStarts")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        starting = pool.submit(manager.start, profile, name="one")
        wait_until(lambda: find_by_command("sleep"), message="the start of the cluster class")
        kill_keeper(registry.find_record("one"))
        with pytest.raises(
            ClusterStartError, match=r"did not start: Its keeper .* died while the cluster was starting"
        ):
            starting.result(timeout=patience(30))
    assert nothing_left(within=0)
    assert registry.find_record("one", include_ended=True).state is ClusterState.FAILED


def test_keeper_killed_while_stopping(
    make_faulty_profile: Make, nothing_left: Left, kill_keeper: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = tmp_path / "closing"
    monkeypatch.setenv("FAULTY_MARKER", str(mark))
    record = manager.start(make_faulty_profile("DiesWhileClosing"), name="one")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        stopping = pool.submit(manager.stop, "one")
        wait_until(mark.exists, message="the shutdown of the cluster class")
        kill_keeper(record)
        stopped = stopping.result(timeout=patience(30))
    assert stopped.state is ClusterState.STOPPED
    assert "died while the cluster was stopping" in stopped.reason
    assert nothing_left(within=0)


def test_gc_closes_lost_clusters_and_keeps_running_ones(
    make_profile: Make,
    make_faulty_profile: Make,
    started: ClusterRecord,
    nothing_left: Left,
    kill_keeper: Any,
    tagged_processes: Any,
) -> None:
    lost = manager.start(make_faulty_profile("elsewhere", security={"tls": False}), name="two")
    assert manager.wait_for_workers("two").workers == 1
    kill_keeper(lost)
    assert [p for p in tagged_processes() if p.environ()["JUPYTER_PIPELINE_CLUSTER"] == lost.id]
    removed = manager.gc()
    assert {"kind": "cluster", "id": "two", "cluster": lost.id} in removed
    assert {item["cluster"] for item in removed} == {lost.id}
    assert any(item["kind"] == "process" for item in removed)
    assert {p.environ()["JUPYTER_PIPELINE_CLUSTER"] for p in tagged_processes()} == {started.id}
    assert [r.name for r in registry.list_records()] == ["one"]
    ended = registry.find_record("two", include_ended=True)
    assert (ended.state, ended.reason[:10]) == (ClusterState.LOST, "Its keeper")
    assert manager.gc() == []


def test_gc_ignores_processes_of_other_registries(tmp_path: Path) -> None:
    stranger = subprocess.Popen(["sleep", "60"], env={**os.environ, "JUPYTER_PIPELINE_CLUSTER": "jp-000000-1"})
    stray = subprocess.Popen(["sleep", "60"], env={**os.environ, "JUPYTER_PIPELINE_CLUSTER": registry.new_id()})
    try:
        assert [(item["kind"], item["id"]) for item in manager.gc()] == [("process", stray.pid)]
        assert stranger.poll() is None
    finally:
        for process in (stranger, stray):
            process.kill()
            process.wait()


@pytest.mark.slow
def test_nanny_and_scheduler_killed(
    make_faulty_profile: Make, nothing_left: Left, wait_for_record: Any, find_by_command: Any
) -> None:
    record = manager.start(make_faulty_profile("elsewhere", security={"tls": False}), name="one")
    manager.wait_for_workers("one")
    (nanny,) = find_by_command("distributed.Nanny")
    workers = nanny.children(recursive=True)
    assert workers
    nanny.kill()
    wait_for_record(record, lambda r: r.workers == 0)
    assert psutil.wait_procs(workers, patience(10))[1] == []
    (victim,) = find_by_command("distributed.Scheduler")
    address = registry.find_record("one").scheduler_address
    victim.kill()
    ended = wait_for_record(record, lambda r: not r.state.alive, within=60)
    assert ended.state is ClusterState.FAILED
    assert ended.reason == f"The scheduler at {address} exited: its connection broke and it does not answer"
    assert nothing_left()


def test_scheduler_shut_down_by_a_client(started: ClusterRecord, nothing_left: Left, wait_for_record: Any) -> None:
    attached.attach("one").get_client(set_as_default=False).shutdown()
    ended = wait_for_record(started, lambda r: not r.state.alive)
    [end] = ledger.read_ends()
    assert (end.reason, end.peak_memory > 2**20) == (ended.reason, True)
    assert (ended.state, ended.reason) == (ClusterState.STOPPED, "Its scheduler was shut down by a client")
    assert nothing_left()


def test_worker_killed_is_replaced(make_profile: Make, nothing_left: Left) -> None:
    manager.start(in_processes(make_profile), name="one")
    with attached.attach("one") as cluster:
        client = cluster.get_client(set_as_default=False)
        pid = client.submit(os.getpid).result()
        os.kill(pid, signal.SIGKILL)
        assert client.submit(os.getpid, pure=False).result(timeout=patience(30)) != pid
    assert nothing_left(within=0)


def test_a_suspended_keeper_shuts_its_cluster_down(
    started: ClusterRecord, nothing_left: Left, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stop, "COMMAND_TIMEOUT", 0.5)
    assert started.keeper is not None
    os.kill(started.keeper.pid, signal.SIGSTOP)
    with pytest.raises(ClusterError, match=r"did not answer within .* stop one"):
        manager._send_command("one", "scale", n=2, timeout=0.5)
    stopped = manager.stop("one")
    assert (stopped.state, stopped.reason) == (ClusterState.STOPPED, "Stopped by request")
    assert nothing_left(within=0)


def test_reboot_and_reused_pid_free_the_name(make_profile: Make, nothing_left: Left) -> None:
    for number, change in enumerate(({"boot_id": "before"}, {"started": 1.0})):
        record = ClusterRecord(
            id=registry.new_id(),
            name="one",
            profile="thin",
            state=ClusterState.RUNNING,
            host=processes.hostname(),
            keeper=dataclasses.replace(processes.this_process(), **change),  # type: ignore[arg-type]
        )
        registry.create_record(record, {"profile": make_profile().to_dict()})
        if number == 0:
            assert manager.gc() == [{"kind": "cluster", "id": "one", "cluster": record.id}]
        else:
            assert manager.stop("one").state is ClusterState.STOPPED
    manager.start(make_profile(), name="one")
    manager.stop("one")
    assert nothing_left(within=0)


@pytest.mark.parametrize("content", [b"", b'{"id": "jp'])
def test_a_truncated_record_is_written_again(
    started: ClusterRecord, nothing_left: Left, wait_for_record: Any, content: bytes
) -> None:
    folder = registry.cluster_dir(started.id)
    (folder / "record.json").write_bytes(content)
    (found,) = registry.list_records()
    assert found.name == "one"
    assert manager.gc() == []
    assert wait_for_record(started, lambda r: True).workers == 1
    assert manager.stop("one").state is ClusterState.STOPPED
    assert nothing_left(within=0)


def test_truncated_record_of_a_dead_keeper_is_closed(
    started: ClusterRecord, nothing_left: Left, kill_keeper: Any
) -> None:
    kill_keeper(started)
    (registry.cluster_dir(started.id) / "record.json").write_bytes(b"{")
    assert manager.stop("one").state is ClusterState.STOPPED
    assert registry.list_records() == []
    assert nothing_left(within=0)


def test_registry_removed_under_a_running_cluster(started: ClusterRecord, nothing_left: Left) -> None:
    import shutil

    shutil.rmtree(registry.cluster_dir(started.id))
    assert nothing_left(within=20)


def test_waiting_tasks_without_workers_are_reported(started: ClusterRecord, wait_for_record: Any) -> None:
    client = attached.attach("one").get_client(set_as_default=False)
    manager.scale("one", 0)
    wait_for_record(started, lambda r: r.workers == 0)
    future = client.submit(sum, [1, 2])
    wait_for_record(started, lambda r: r.reason == "No workers; tasks are waiting")
    manager.scale("one", 1)
    assert future.result(timeout=patience(20)) == 3
    wait_for_record(started, lambda r: not r.reason)
    client.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system needs root")
def test_a_cluster_stops_on_a_full_disk(
    make_profile: Make, nothing_left: Left, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m,mode=700", "none", small], check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        monkeypatch.setenv("JUPYTER_PIPELINE_STATE", str(small))
        manager.start(make_profile(), name="one")
        with contextlib.suppress(OSError), (small / "filler").open("wb", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)
        stopped = manager.stop("one")
        assert stopped.state is ClusterState.STOPPED
        assert registry.list_records() == []
        assert nothing_left(within=0)
        with pytest.raises(DiskFullError, match="No space"):
            manager.start(make_profile(), name="two")
        assert nothing_left(within=0)
    finally:
        subprocess.run(["umount", "-l", small], check=True)


def test_a_start_without_disk_space_leaves_nothing(make_profile: Make, nothing_left: Left) -> None:
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))\n"
        "from jupyter_pipeline.clusters import manager\n"
        "from jupyter_pipeline.exceptions import ClusterStartError\nfrom jupyter_pipeline.models import Profile\n"
        "try:\n    manager.start(Profile(name='thin', cluster_class='distributed.LocalCluster'), name='one')\n"
        "except ClusterStartError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith(": File too large.\n")
    assert [p.name for p in paths.clusters_dir().iterdir() if p.name not in (".names", ".lock")] == []
    assert nothing_left(within=0)


def test_a_taken_port_is_reported(make_profile: Make, nothing_left: Left) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises((ClusterStartError, PreflightError), match=rf"(?s){port}|[Aa]ddress already in use"):
            manager.start(make_profile(cluster_kwargs={"scheduler_port": port}), name="one")
    assert nothing_left(within=0)


def test_an_expired_certificate_is_reported(started: ClusterRecord) -> None:
    folder = registry.cluster_dir(started.id)
    security.make_certificates(folder, started.id, seconds=-1)
    with pytest.raises(ClusterError, match=r"expired on .* Stop the cluster and start it again"):
        attached.attach("one").get_client()


_ONE_OF_MANY = """
import sys
from jupyter_pipeline.clusters import manager
from jupyter_pipeline.exceptions import ClusterConflictError
from jupyter_pipeline.models import Profile
kwargs = {"processes": False, "dashboard_address": None}
profile = Profile(name="thin", cluster_class="distributed.LocalCluster", cluster_kwargs=kwargs)
print("ready", flush=True)
sys.stdin.readline()
try:
    print(manager.start(profile, name="one", wait=False).id)
except ClusterConflictError:
    print("refused")
"""


@pytest.mark.slow
def test_fifty_simultaneous_starts_of_one_name_give_one_cluster(nothing_left: Left) -> None:
    command = [sys.executable, "-c", _ONE_OF_MANY]
    starters = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(50)]
    for starter in starters:
        assert starter.stdout is not None
        assert starter.stdout.readline() == "ready\n"
    for starter in starters:
        assert starter.stdin is not None
        starter.stdin.write("start\n")
        starter.stdin.flush()
    outputs = [starter.communicate(timeout=patience(60))[0].strip() for starter in starters]
    winners = [line for line in outputs if line.startswith("jp-")]
    assert (len(winners), outputs.count("refused")) == (1, 49)
    assert [r.id for r in registry.list_records(include_ended=True)] == winners
    manager.stop("one")
    assert nothing_left(within=0)


def test_killed_while_the_name_is_claimed(make_profile: Make, nothing_left: Left) -> None:
    """A start that dies between its claim and its keeper gives the name back."""
    code = (
        "import os\nfrom jupyter_pipeline.clusters import launch, manager\n"
        "from jupyter_pipeline.models import Profile\n"
        "launch.launch_keeper = lambda *_: os._exit(9)\n"
        "manager.start(Profile(name='thin', cluster_class='distributed.LocalCluster'), name='one')"
    )
    subprocess.run([sys.executable, "-c", code], check=False)
    assert registry.find_record("one").state is ClusterState.LOST
    manager.start(make_profile(), name="one")
    with pytest.raises(ClusterConflictError):
        manager.start(make_profile(), name="one")
    manager.stop("one")
    assert nothing_left(within=0)


def test_another_host_stops_the_cluster_through_its_folder(
    started: ClusterRecord, nothing_left: Left, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "on_this_host", lambda process: False)
    assert registry.find_record("one").state is ClusterState.RUNNING
    assert manager.scale("one", 2).workers_wanted == 2
    stopped = manager.stop("one")
    assert stopped.state is ClusterState.STOPPED
    monkeypatch.undo()
    assert started.keeper is not None
    assert not psutil.pid_exists(started.keeper.pid) or nothing_left(within=5)
