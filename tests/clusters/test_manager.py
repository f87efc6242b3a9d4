from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from jupyter_pipeline import processes, tables
from jupyter_pipeline.clusters import attached, manager, registry
from jupyter_pipeline.clusters.registry import events
from jupyter_pipeline.exceptions import (
    ClusterConflictError,
    ClusterError,
    ClusterStartError,
    MissingDependencyError,
    NotFoundError,
    PreflightError,
    UsageError,
)
from jupyter_pipeline.models import ClusterRecord, ClusterState, Profile

Make = Callable[..., Profile]
Left = Callable[..., bool]


def test_a_cluster_starts_changes_and_stops(thin: Make, left: Left, wait_for: Any) -> None:
    seen: list[ClusterRecord] = []
    record = manager.start(thin(), name="one", workers=2, progress=seen.append)
    assert record.state is ClusterState.RUNNING
    assert record.tls
    assert record.scheduler_address.startswith("tls://127.0.0.1:")
    assert [r.state for r in (seen[0], seen[-1])] == [ClusterState.STARTING, ClusterState.RUNNING]
    assert manager.wait_for_workers("one").workers == 2

    assert manager.scale("one", 1).workers_wanted == 1
    wait_for(record, lambda r: r.workers == 1)
    assert manager.adapt("one", 1, 2).adaptive == (1, 2)
    assert manager.scale("one", 0).adaptive is None
    wait_for(record, lambda r: r.workers == 0)

    stopped = manager.stop("one")
    assert (stopped.state, stopped.reason, stopped.workers) == (ClusterState.STOPPED, "Stopped by request", 0)
    assert left(within=0)
    assert registry.list_records() == []
    assert not Path(record.control).exists()
    with pytest.raises(NotFoundError):
        manager.stop("one")


def test_keeper_is_detached_and_a_stranger_can_attach(started: ClusterRecord) -> None:
    assert started.keeper is not None
    process = psutil.Process(started.keeper.pid)
    assert process.ppid() not in (os.getpid(), psutil.Process().ppid())
    assert os.getsid(process.pid) == process.pid or os.getsid(process.pid) != os.getsid(0)
    code = (
        "from jupyter_pipeline.clusters import attached\n"
        "cluster = attached.attach('one')\n"
        "print(cluster.get_client().submit(sum, [1, 2]).result(timeout=20), cluster)\n"
        "cluster.detach()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "3 <AttachedCluster 'one': running, workers: 1, threads: 1, profile thin>\n"


def test_a_taken_name_is_a_conflict_with_the_next_step(started: ClusterRecord, thin: Make) -> None:
    with pytest.raises(ClusterConflictError, match="Attach to it, stop it first"):
        manager.start(thin(), name="one")
    assert registry.find_record("one").id == started.id


def test_names_are_made_up_from_the_profile(thin: Make) -> None:
    names = [manager.start(thin(), wait=False).name for _ in range(2)]
    assert names == ["thin-1", "thin-2"]
    assert {r.state for r in manager.stop_all()} == {ClusterState.STOPPED}


def test_a_class_that_fails_is_told_and_cleaned_up(awkward: Make, left: Left) -> None:
    with pytest.raises(ClusterStartError, match=r"one did not start: ValueError: no such partition: gpu\. ") as told:
        manager.start(awkward("Fails"), name="one")
    assert "awkward.Fails is configured by cluster_kwargs of profile awkward" in str(told.value)
    assert str(told.value).endswith("Run: jupyter pipeline cluster logs one")
    assert left(within=0)
    assert registry.find_record("one", include_ended=True).state is ClusterState.FAILED


@pytest.mark.parametrize(
    ("path", "reason"),
    [("nowhere.Cluster", "nowhere is not installed"), ("distributed.NoSuchCluster", "has no NoSuchCluster")],
)
def test_a_class_that_is_missing_is_told(thin: Make, left: Left, path: str, reason: str) -> None:
    with pytest.raises((ClusterStartError, PreflightError, MissingDependencyError), match=reason):
        manager.start(thin(cluster_class=path), name="one")
    assert left(within=0)


def test_start_timeout_ends_a_start(awkward: Make, left: Left) -> None:
    with pytest.raises(ClusterStartError, match=r"did not answer within 2 s \(limits.start_timeout\)"):
        manager.start(awkward("NeverStarts", limits={"start_timeout": 2.0}), name="one")
    assert left(within=0)


def test_an_interrupted_start_leaves_nothing(awkward: Make, left: Left, processes: Any) -> None:
    timer = threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        manager.start(awkward("NeverStarts"), name="one")
    assert left(within=0)
    record = registry.find_record("one", include_ended=True)
    assert (record.state, record.reason) == (ClusterState.STOPPED, "Interrupted during its start")


def test_a_starting_cluster_can_be_stopped(awkward: Make, left: Left) -> None:
    manager.start(awkward("NeverStarts"), name="one", wait=False)
    stopped = manager.stop("one")
    assert (stopped.state, stopped.reason) == (ClusterState.STOPPED, "Stopped by request")
    assert left(within=0)


def test_a_class_that_cannot_close_is_cleaned_up(awkward: Make, left: Left) -> None:
    manager.start(awkward("NeverCloses"), name="one")
    assert manager.stop("one").state is ClusterState.STOPPED
    assert left(within=0)


def test_sizes_are_checked_before_anything_starts(thin: Make, started: ClusterRecord) -> None:
    profile = thin(limits={"max_workers": 2})
    for bad in ({"workers": 3}, {"workers": -1}, {"adapt": (2, 1)}, {"adapt": (1,)}, {"workers": 1, "adapt": (1, 2)}):
        with pytest.raises(UsageError):
            manager.start(profile, name="two", **bad)  # type: ignore[arg-type]
    with pytest.raises(UsageError):
        manager.scale("one", -1)
    with pytest.raises(UsageError):
        manager.scale("one", 10**9)
    with pytest.raises(UsageError):
        manager.start(profile, name=5)  # type: ignore[arg-type]
    with pytest.raises(UsageError):
        manager.extend("one", 0)
    assert [r.name for r in registry.list_records()] == ["one"]


def test_a_cluster_without_workers_says_that_none_were_asked_for(thin: Make, wait_for: Any) -> None:
    record = manager.start(thin(), name="one", workers=0)
    wait_for(record, lambda r: r.reason == "No workers requested: scale the cluster, or scale it adaptively")
    manager.scale("one", 1)
    there = wait_for(record, lambda r: r.workers == 1)
    assert there.reason == ""
    manager.stop("one")


def test_lifetime_over_while_processes_start(thin: Make, left: Left) -> None:
    with pytest.raises(ClusterStartError, match=r"Its lifetime of .* is over"):
        manager.start(thin(limits={"lifetime": 0.05}, cluster_kwargs={"processes": True}), name="one", workers=4)
    assert left(within=0)


@pytest.mark.slow
def test_lifetime_ends_a_cluster_whose_task_hangs(thin: Make, left: Left, wait_for: Any) -> None:
    record = manager.start(thin(limits={"lifetime": 12.0, "idle": 3.0}, cluster_kwargs={"processes": True}), name="one")
    client = attached.attach("one").get_client(set_as_default=False)
    future = client.submit(time.sleep, 1000)
    warned = wait_for(record, lambda r: "lifetime" in r.warning or not r.state.alive)
    assert warned.warning.startswith("Its lifetime ends in ")
    ended = wait_for(record, lambda r: not r.state.alive)
    assert (ended.state, ended.reason) == (ClusterState.STOPPED, "Its lifetime of 12 s is over")
    assert ended.since - record.started < 30
    del future
    client.close()
    assert left()


def test_idle_ends_a_cluster_and_extending_postpones_it(thin: Make, left: Left, wait_for: Any) -> None:
    record = manager.start(thin(limits={"idle": 3.0, "max_lifetime": 700.0}), name="one")
    time.sleep(2)
    with pytest.raises(UsageError, match="The profile allows a lifetime of 12 min, so at most 100 s more"):
        manager.extend("one", 200)
    before = manager.extend("one", 60)
    assert before.expires is not None
    assert record.expires is not None
    assert before.expires - record.expires == pytest.approx(60)
    ended = wait_for(record, lambda r: not r.state.alive)
    assert ended.reason == "It had no tasks for 3 s"
    assert ended.since - record.started > 5
    assert left()


def test_budget_ends_a_cluster(thin: Make, left: Left, wait_for: Any) -> None:
    profile = thin(limits={"budget": 0.01}, price={"currency": "EUR", "per_worker_hour": 18.0})
    record = manager.start(profile, name="one")
    ended = wait_for(record, lambda r: not r.state.alive)
    assert ended.reason == "Its budget of 0.01 EUR is spent"
    assert left()
    kept = registry.find_record("one", include_ended=True)  # the cost stays in the registry
    assert kept.cost is not None
    assert kept.cost >= 0.01
    assert kept.currency == "EUR"
    (line,) = [line for line in str(tables.clusters([kept])).splitlines() if line.startswith("one ")]
    assert f"{kept.cost:.2f} EUR" in line
    assert "0.02 EUR" in str(tables.clusters([dataclasses.replace(kept, cost=0.01)] * 2)).splitlines()[-1]


def test_the_end_of_its_owner_ends_a_cluster(thin: Make, left: Left, wait_for: Any) -> None:
    owner = subprocess.Popen(["sleep", "1000"])
    record = manager.start(thin(owner="kernel"), name="one", owner=processes.identify(owner.pid))
    assert record.owner is not None
    owner.kill()
    owner.wait()
    ended = wait_for(record, lambda r: not r.state.alive)
    assert ended.reason == "Its owner process exited"
    assert left()


def test_a_detached_cluster_has_no_owner(thin: Make) -> None:
    record = manager.start(thin(), name="one", owner=processes.this_process(), wait=False)
    assert record.owner is None
    manager.stop("one")


def test_plain_tcp_needs_the_word_of_the_profile(thin: Make, left: Left) -> None:
    open_to_all = {"security": {"tls": False}, "cluster_kwargs": {"host": "0.0.0.0", "protocol": "tcp"}}
    with pytest.raises((ClusterStartError, PreflightError), match="without TLS"):
        manager.start(thin(**open_to_all), name="one")
    assert left(within=0)
    record = manager.start(thin(security={"tls": False}, cluster_kwargs={"protocol": "tcp"}), name="two")
    assert not record.tls
    with attached.attach("two") as cluster:
        assert cluster.get_client(set_as_default=False).submit(sum, [1, 2]).result() == 3
    assert left(within=0)


def test_a_scheduler_without_the_tls_that_was_asked_for_is_refused(awkward: Make, left: Left) -> None:
    with pytest.raises(ClusterStartError, match="did not turn on TLS"):
        manager.start(awkward("elsewhere", cluster_kwargs={}), name="one")
    assert left(within=0)


def test_a_sync_is_noted_by_the_keeper(started: ClusterRecord) -> None:
    told = {"time": 1.0, "who": "ada", "result": "done", "summary": "2 files", "lock": "abc", "seconds": 0.5}
    noted = manager.record_sync("one", sync=told, lock="dask==1\n" * 9000)
    assert noted.last_sync == {k: v for k, v in told.items() if k != "seconds"}
    noted = manager.record_sync("one", drift={"blocks": 0, "warns": 1, "notes": 2, "checked": 2.0})
    assert noted.drift["warns"] == 1
    assert noted.last_sync["summary"] == "2 files"
    assert registry.find_record("one") == noted
    [entry] = events.read_syncs(registry.cluster_dir(noted.id))
    assert entry == told


def test_logs_are_kept_after_the_end(started: ClusterRecord) -> None:
    with attached.attach("one").get_client(set_as_default=False) as client:
        client.submit(print, "said by a task").result()
    while_running = manager.logs("one")
    assert "== keeper ==" in while_running
    assert "== Scheduler ==" in while_running
    manager.stop("one")
    after = manager.logs("one", tail=2)
    assert "== Scheduler ==" in after
    assert len(after) < len(while_running)


def test_settings_reach_the_workers(thin: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "of_the_user.py").write_text("answer = 42\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend("")
    monkeypatch.setenv("OF_THE_USER", "yes")
    manager.start(thin(), name="one")

    def look() -> tuple[str, str | None, int, str | None]:
        import os
        from pathlib import Path

        import of_the_user

        return str(Path.cwd()), os.environ.get("OF_THE_USER"), of_the_user.answer, os.environ.get("PYTHONPATH")

    with attached.attach("one") as cluster:
        found = cluster.get_client(set_as_default=False).submit(look).result()
    assert found == (str(tmp_path), "yes", 42, os.environ.get("PYTHONPATH"))


def test_asking_a_lost_cluster_says_what_to_do(started: ClusterRecord, kill: Any) -> None:
    kill(started)
    with pytest.raises(ClusterError, match=r"one is lost: Its keeper .* died"):
        manager.scale("one", 2)
    with pytest.raises(ClusterError, match="one is lost"):
        attached.attach("one")
