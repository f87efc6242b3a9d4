from __future__ import annotations

import concurrent.futures
import dataclasses
import logging
import os
import re
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
import syncs
from waiting import patience, wait_until

from jupyter_pipeline import processes, tables
from jupyter_pipeline.clusters import attached, ledger, manager, registry
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
from jupyter_pipeline.units import format_duration

Make = Callable[..., Profile]
Left = Callable[..., bool]


def test_a_cluster_starts_changes_and_stops(make_profile: Make, nothing_left: Left, wait_for_record: Any) -> None:
    seen: list[ClusterRecord] = []
    record = manager.start(make_profile(), name="one", workers=2, progress=seen.append)
    assert record.state is ClusterState.RUNNING
    assert record.tls
    assert record.scheduler_address.startswith("tls://127.0.0.1:")
    assert [r.state for r in (seen[0], seen[-1])] == [ClusterState.STARTING, ClusterState.RUNNING]
    assert manager.wait_for_workers("one").workers == 2

    assert manager.scale("one", 1).workers_wanted == 1
    wait_for_record(record, lambda r: r.workers == 1)
    assert manager.adapt("one", 1, 2).adaptive == (1, 2)
    assert manager.scale("one", 0).adaptive is None
    wait_for_record(record, lambda r: r.workers == 0)

    stopped = manager.stop("one")
    assert (stopped.state, stopped.reason, stopped.workers) == (ClusterState.STOPPED, "Stopped by request", 0)
    assert nothing_left(within=0)
    assert registry.list_records() == []
    assert not Path(record.control).exists()
    with pytest.raises(NotFoundError):
        manager.stop("one")


def test_keeper_is_detached_and_another_process_can_attach(started: ClusterRecord) -> None:
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
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=patience(60), check=True
    )
    assert done.stdout == "3 <AttachedCluster 'one': running, workers: 1, threads: 1, profile thin>\n"


def test_a_taken_name_is_a_conflict_with_the_next_step(started: ClusterRecord, make_profile: Make) -> None:
    with pytest.raises(ClusterConflictError, match="Attach to it, stop it first"):
        manager.start(make_profile(), name="one")
    assert registry.find_record("one").id == started.id


def test_default_names_are_numbered_profile_names(make_profile: Make) -> None:
    names = [manager.start(make_profile(), wait=False).name for _ in range(2)]
    assert names == ["thin-1", "thin-2"]
    assert {r.state for r in manager.stop_all()} == {ClusterState.STOPPED}


def test_a_failing_class_is_reported_and_cleaned_up(make_faulty_profile: Make, nothing_left: Left) -> None:
    with pytest.raises(ClusterStartError, match=r"one did not start: ValueError: no such partition: gpu\. ") as caught:
        manager.start(make_faulty_profile("Fails"), name="one")
    assert "faulty.Fails is configured by cluster_kwargs of profile faulty" in str(caught.value)
    assert str(caught.value).endswith("Run: jupyter pipeline cluster logs one")
    assert nothing_left(within=0)
    assert registry.find_record("one", include_ended=True).state is ClusterState.FAILED


@pytest.mark.parametrize(
    ("path", "reason"),
    [("nowhere.Cluster", "nowhere is not installed"), ("distributed.NoSuchCluster", "has no NoSuchCluster")],
)
def test_a_missing_class_is_reported(make_profile: Make, nothing_left: Left, path: str, reason: str) -> None:
    with pytest.raises((ClusterStartError, PreflightError, MissingDependencyError), match=reason):
        manager.start(make_profile(cluster_class=path), name="one")
    assert nothing_left(within=0)


def test_a_size_beyond_the_host_is_refused_at_once(make_profile: Make) -> None:
    for size in ({"workers": 100_000}, {"adapt": (0, 100_000)}):
        with pytest.raises(UsageError, match=r"This host cannot run 100,000 workers: its .* enough for at most [\d,]+"):
            manager.start(make_profile(cluster_kwargs={"processes": True}), name="one", **size)
    assert registry.list_records(include_ended=True) == []


@pytest.mark.parametrize(
    ("kind", "seconds", "reason"),
    [
        ("BlocksWhileStarting", 2.0, r"did not start within {} \(limits.start_timeout\), because .*Starting blocks"),
        ("NeverScales", 4.0, r"NeverScales did not request its workers within {} \(limits.start_timeout\)"),
    ],
)
def test_start_timeout_applies_to_a_class_that_blocks(
    kind: str, seconds: float, reason: str, make_faulty_profile: Make, nothing_left: Left
) -> None:
    limit = float(round(patience(seconds)))
    profile = make_faulty_profile(kind, limits={"start_timeout": limit}, workers=3)
    reason = reason.format(format_duration(limit))
    with pytest.raises(ClusterStartError, match=reason):
        manager.start(profile, name="one")
    assert nothing_left()


def test_the_lifetime_ends_a_cluster_whose_class_blocks(
    make_faulty_profile: Make, nothing_left: Left, wait_for_record: Any
) -> None:
    limits = dict.fromkeys(("lifetime", "idle"), patience(5.0))
    record = manager.start(make_faulty_profile("BlocksWhileScaling", limits=limits), name="one")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        scaling = pool.submit(manager.scale, "one", 3)
        ended = wait_for_record(record, lambda current: not current.state.alive)
        assert ended.state is ClusterState.STOPPED
        assert re.match("Its lifetime .* is over|It had no tasks", ended.reason)
        with pytest.raises(ClusterError):
            scaling.result()
    assert nothing_left()


def test_start_timeout_stops_the_cluster(make_faulty_profile: Make, nothing_left: Left) -> None:
    with pytest.raises(ClusterStartError, match=r"did not answer within 2 s \(limits.start_timeout\)"):
        manager.start(make_faulty_profile("NeverStarts", limits={"start_timeout": 2.0}), name="one")
    assert nothing_left(within=0)


def test_an_interrupted_start_leaves_nothing(
    make_faulty_profile: Make, nothing_left: Left, find_by_command: Any
) -> None:
    def interrupt() -> None:
        wait_until(lambda: find_by_command("sleep"))
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        manager.start(make_faulty_profile("NeverStarts"), name="one")
    assert nothing_left(within=0)
    record = registry.find_record("one", include_ended=True)
    assert (record.state, record.reason) == (ClusterState.STOPPED, "Interrupted during its start")


def test_a_starting_cluster_can_be_stopped(make_faulty_profile: Make, nothing_left: Left) -> None:
    manager.start(make_faulty_profile("NeverStarts"), name="one", wait=False)
    stopped = manager.stop("one")
    assert (stopped.state, stopped.reason) == (ClusterState.STOPPED, "Stopped by request")
    assert nothing_left(within=0)


def test_a_class_that_fails_to_close_is_cleaned_up(make_faulty_profile: Make, nothing_left: Left) -> None:
    manager.start(make_faulty_profile("NeverCloses"), name="one")
    assert manager.stop("one").state is ClusterState.STOPPED
    assert nothing_left(within=0)


def test_sizes_are_checked_before_anything_starts(make_profile: Make, started: ClusterRecord) -> None:
    profile = make_profile(limits={"max_workers": 2})
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


def test_a_cluster_without_requested_workers_says_so(make_profile: Make, wait_for_record: Any) -> None:
    record = manager.start(make_profile(), name="one", workers=0)
    wait_for_record(record, lambda r: r.reason == "No workers requested: scale the cluster, or scale it adaptively")
    manager.scale("one", 1)
    there = wait_for_record(record, lambda r: r.workers == 1)
    assert there.reason == ""
    manager.stop("one")


def test_lifetime_can_end_during_the_start(make_profile: Make, nothing_left: Left) -> None:
    with pytest.raises(ClusterStartError, match=r"Its lifetime of .* is over"):
        manager.start(
            make_profile(limits={"lifetime": 0.05}, cluster_kwargs={"processes": True}), name="one", workers=4
        )
    assert nothing_left(within=0)


@pytest.mark.slow
def test_lifetime_stops_a_cluster_with_a_hanging_task(
    make_profile: Make, nothing_left: Left, wait_for_record: Any
) -> None:
    lifetime = float(round(patience(12)))
    profile = make_profile(limits={"lifetime": lifetime, "idle": 3.0}, cluster_kwargs={"processes": True})
    record = manager.start(profile, name="one")
    client = attached.attach("one").get_client(set_as_default=False)
    future = client.submit(time.sleep, 1000)
    warned = wait_for_record(record, lambda r: "lifetime" in r.warning or not r.state.alive, within=60)
    assert warned.warning.startswith("Its lifetime ends in ")
    ended = wait_for_record(record, lambda r: not r.state.alive, within=60)
    assert (ended.state, ended.reason) == (ClusterState.STOPPED, f"Its lifetime of {format_duration(lifetime)} is over")
    assert ended.since - record.started < lifetime + patience(20)
    usage = ledger.read_ends()[0].usage
    assert (usage.tasks, usage.threads, usage.spilled) == (1, 1, 0)
    assert usage.samples >= 1
    intervals = [each for each in ledger.read_intervals() if each.has_tasks]
    assert 0 < sum(each.busy or 0.0 for each in intervals) <= sum(each.cores * each.seconds for each in intervals)
    assert 0 < intervals[-1].total_peak_memory < intervals[-1].total_memory_limit
    del future
    client.close()
    assert nothing_left()


def test_idle_limit_stops_a_cluster_and_extend_postpones_it(
    make_profile: Make, nothing_left: Left, wait_for_record: Any
) -> None:
    idle = float(round(patience(6)))
    record = manager.start(make_profile(limits={"idle": idle, "max_lifetime": 700.0}), name="one")
    wait_until(lambda: time.time() - record.started > 1)
    with pytest.raises(UsageError, match="The profile allows a lifetime of 12 min, so at most 100 s more"):
        manager.extend("one", 200)
    before = time.time()
    extended = manager.extend("one", 60)
    assert extended.expires is not None
    assert record.expires is not None
    assert extended.expires - record.expires == pytest.approx(60)
    ended = wait_for_record(record, lambda r: not r.state.alive, within=60)
    assert ended.reason == f"It had no tasks for {format_duration(idle)}"
    assert ended.since - before >= idle
    assert {(each.has_tasks, each.busy) for each in ledger.read_intervals()} == {(False, 0.0)}
    assert nothing_left()


def test_budget_stops_a_cluster(make_profile: Make, nothing_left: Left, wait_for_record: Any) -> None:
    profile = make_profile(limits={"budget": 0.01}, price={"currency": "EUR", "per_worker_hour": 18.0})
    record = manager.start(profile, name="one")
    ended = wait_for_record(record, lambda r: not r.state.alive)
    assert ended.reason == "Its budget of 0.01 EUR is spent"
    assert nothing_left()
    kept = registry.find_record("one", include_ended=True)  # the cost stays in the registry
    assert kept.cost is not None
    assert kept.cost >= 0.01
    assert kept.currency == "EUR"
    (line,) = [line for line in str(tables.clusters([kept])).splitlines() if line.startswith("one ")]
    assert f"{kept.cost:.2f} EUR" in line
    assert "0.02 EUR" in str(tables.clusters([dataclasses.replace(kept, cost=0.01)] * 2)).splitlines()[-1]


def test_the_exit_of_the_owner_stops_the_cluster(make_profile: Make, nothing_left: Left, wait_for_record: Any) -> None:
    owner = subprocess.Popen(["sleep", "1000"])
    record = manager.start(make_profile(owner="kernel"), name="one", owner=processes.identify(owner.pid))
    assert record.owner is not None
    owner.kill()
    owner.wait()
    ended = wait_for_record(record, lambda r: not r.state.alive)
    assert ended.reason == "Its owner process exited"
    assert nothing_left()


def test_a_cluster_of_a_command_of_the_server_belongs_to_the_server(
    make_profile: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    with subprocess.Popen(["sleep", "1000"]) as server:
        kernel, process = processes.this_process(), processes.identify(server.pid)
        for owner, variable, expected in [
            ("server", str(server.pid), process),
            ("kernel", str(server.pid), kernel),
            ("server", "", kernel),
            ("detached", str(server.pid), None),
        ]:
            monkeypatch.setenv(processes.SERVER_PID, variable)
            assert manager._select_owner(make_profile(owner=owner), kernel) == expected, (owner, variable)
        monkeypatch.setenv(processes.SERVER_PID, str(server.pid))
        assert manager._select_owner(make_profile(owner="kernel"), None) == process, "a command has no kernel"
        server.kill()


def test_a_start_outside_jupyter_says_that_its_owner_has_no_effect(
    make_profile: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(processes.SERVER_PID, raising=False)
    notes: list[str] = []
    record = manager.start(make_profile(owner="server"), name="one", wait=False, note=notes.append)
    assert record.owner is None
    assert notes == [record.reason]
    assert "'owner: server' has no effect outside Jupyter" in record.reason
    manager.stop("one")


def test_a_detached_cluster_has_no_owner(make_profile: Make) -> None:
    record = manager.start(make_profile(), name="one", owner=processes.this_process(), wait=False)
    assert record.owner is None
    manager.stop("one")


def test_plain_tcp_must_be_allowed_by_the_profile(make_profile: Make, nothing_left: Left) -> None:
    open_to_all = {"security": {"tls": False}, "cluster_kwargs": {"host": "0.0.0.0", "protocol": "tcp"}}
    with pytest.raises((ClusterStartError, PreflightError), match="without TLS"):
        manager.start(make_profile(**open_to_all), name="one")
    assert nothing_left(within=0)
    record = manager.start(make_profile(security={"tls": False}, cluster_kwargs={"protocol": "tcp"}), name="two")
    assert not record.tls
    with attached.attach("two") as cluster:
        assert cluster.get_client(set_as_default=False).submit(sum, [1, 2]).result() == 3
    assert nothing_left(within=0)


def test_a_scheduler_without_the_requested_tls_is_refused(make_faulty_profile: Make, nothing_left: Left) -> None:
    with pytest.raises(ClusterStartError, match="did not turn on TLS"):
        manager.start(make_faulty_profile("elsewhere", cluster_kwargs={}), name="one")
    assert nothing_left(within=0)


def test_the_keeper_records_a_sync(started: ClusterRecord) -> None:
    sync = {"time": 1.0, "who": "ada", "result": "done", "summary": "2 files", "lock": "abc", "seconds": 0.5}
    record = manager.record_sync("one", sync=sync, lock="dask==1\n" * 9000)
    assert record.last_sync == {k: v for k, v in sync.items() if k != "seconds"}
    record = manager.record_sync("one", drift={"blocks": 0, "warns": 1, "notes": 2, "checked": 2.0})
    assert record.drift["warns"] == 1
    assert record.last_sync["summary"] == "2 files"
    assert registry.find_record("one") == record
    [entry] = syncs.read_syncs(registry.cluster_dir(record.id))
    assert entry == sync


def test_logs_are_kept_after_the_end(started: ClusterRecord) -> None:
    def log(text: str) -> None:
        logging.getLogger("distributed.scheduler").warning(text)
        logging.getLogger("distributed.worker").warning(text)

    with attached.attach("one").get_client(set_as_default=False) as client:
        for text in ("older line", "newer line"):
            client.run_on_scheduler(log, text)
            client.run(log, text)
    while_running = manager.logs("one")
    sections = [part for part in while_running.split("\n== ")[1:] if "older line" in part]
    assert len(sections) >= 2
    assert all(part.index("older line") < part.index("newer line") for part in sections)
    assert "newer line" in manager.logs("one", tail=1)
    assert "== keeper ==" in while_running
    assert "== Scheduler ==" in while_running
    manager.stop("one")
    after = manager.logs("one", tail=2)
    assert "== Scheduler ==" in after
    assert len(after) < len(while_running)


def test_settings_reach_the_workers(make_profile: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "of_the_user.py").write_text("answer = 42\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend("")
    monkeypatch.setenv("OF_THE_USER", "yes")
    manager.start(make_profile(), name="one")

    def look() -> tuple[str, str | None, int, str | None]:
        import os
        from pathlib import Path

        import of_the_user

        return str(Path.cwd()), os.environ.get("OF_THE_USER"), of_the_user.answer, os.environ.get("PYTHONPATH")

    with attached.attach("one") as cluster:
        found = cluster.get_client(set_as_default=False).submit(look).result()
    assert found == (str(tmp_path), "yes", 42, os.environ.get("PYTHONPATH"))


def test_a_command_to_a_lost_cluster_names_the_next_step(started: ClusterRecord, kill_keeper: Any) -> None:
    kill_keeper(started)
    with pytest.raises(ClusterError, match=r"one is lost: Its keeper .* died"):
        manager.scale("one", 2)
    with pytest.raises(ClusterError, match="one is lost"):
        attached.attach("one")
