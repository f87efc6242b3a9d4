from __future__ import annotations

import dataclasses
import multiprocessing
import os
import signal
import stat
import subprocess
import time
from pathlib import Path

import pytest
import syncs
from waiting import wait_until

from jupyter_pipeline import paths, processes
from jupyter_pipeline.clusters import registry
from jupyter_pipeline.clusters.cleanup import orphans
from jupyter_pipeline.clusters.registry import events, names
from jupyter_pipeline.exceptions import ClusterConflictError, NotFoundError, UsageError
from jupyter_pipeline.models import ClusterRecord, ClusterState


def record(name: str = "one", **values: object) -> ClusterRecord:
    values.setdefault("id", registry.new_id())
    values.setdefault("keeper", processes.this_process())
    values.setdefault("state", ClusterState.RUNNING)
    values.setdefault("host", processes.hostname())
    values.setdefault("since", time.time())
    return ClusterRecord(name=name, profile="thin", started=time.time(), **values)  # type: ignore[arg-type]


def test_a_record_is_read_as_it_was_written() -> None:
    written = record(adaptive=(1, 4), jobs=({"id": "7", "state": "pending", "reason": "Resources"},), expires=1.0)
    folder = registry.create_record(written, {"asked": 1})
    assert registry.read_record(folder) == written
    assert registry.find_record("one") == written
    assert registry.find_record(written.id) == written
    assert registry.read_request(folder) == {"asked": 1}


def test_folders_and_files_are_private() -> None:
    folder = registry.create_record(record(), {})
    for path in [folder, *folder.rglob("*"), folder.parent / ".names"]:
        assert stat.S_IMODE(path.lstat().st_mode) & 0o077 == 0 or path.is_symlink(), path


def test_the_name_of_a_running_cluster_is_refused_with_the_next_step() -> None:
    registry.create_record(record(), {})
    with pytest.raises(ClusterConflictError, match=r"'one' is running already .* Attach to it, stop it first"):
        registry.create_record(record(), {})
    assert len(registry.list_records(include_ended=True)) == 1
    assert not list(paths.clusters_dir().glob(".jp-*"))


@pytest.mark.parametrize("state", ["stopped", "failed", "lost"])
def test_the_name_of_an_ended_cluster_is_free(state: str) -> None:
    first = record()
    folder = registry.create_record(first, {})
    registry.write_record(folder, dataclasses.replace(first, state=ClusterState(state)))
    registry.create_record(record(), {})
    assert len(registry.list_records()) == 1


def test_the_name_of_a_lost_cluster_is_free() -> None:
    dead = dataclasses.replace(processes.this_process(), started=1.0)
    registry.create_record(record(keeper=dead), {})
    second = record()
    registry.create_record(second, {})
    assert registry.find_record("one").id == second.id


def test_a_name_whose_folder_is_missing_is_free_only_when_old() -> None:
    link = paths.private_dir(paths.clusters_dir() / ".names") / "one"
    link.symlink_to(registry.new_id())
    with pytest.raises(ClusterConflictError, match="being started"):
        registry.create_record(record(), {})
    os.utime(link, (1, 1), follow_symlinks=False)
    registry.create_record(record(), {})


def _create(number: int, stale: bool) -> str:
    try:
        registry.create_record(record(id=f"{registry.id_prefix()}{number:010}"), {})
    except ClusterConflictError:
        return "refused"
    return "won"


@pytest.mark.parametrize("stale", [False, True])
def test_one_of_fifty_simultaneous_claims_succeeds(stale: bool) -> None:
    if stale:
        registry.create_record(record(keeper=dataclasses.replace(processes.this_process(), started=1.0)), {})
    # A fork of a process with threads may wait for a lock for ever.
    context = multiprocessing.get_context("spawn")
    with context.Pool(4) as pool:
        outcomes = pool.starmap(_create, [(n, stale) for n in range(50)], chunksize=1)
    assert sorted(outcomes) == ["refused"] * 49 + ["won"]


def test_a_dead_keeper_makes_the_cluster_lost_without_a_write() -> None:
    dead = record(keeper=dataclasses.replace(processes.this_process(), pid=2**22 + 1))
    folder = registry.create_record(dead, {})
    (found,) = registry.list_records()
    assert found.state is ClusterState.LOST
    assert found.reason.startswith("Its keeper (process 4194305 on ")
    assert registry.read_record(folder) == dead


def test_a_reboot_is_reported() -> None:
    registry.create_record(record(keeper=dataclasses.replace(processes.this_process(), boot_id="before")), {})
    assert "was rebooted while the cluster was running" in registry.find_record("one").reason


def test_a_keeper_of_another_host_never_counts_as_dead() -> None:
    away = dataclasses.replace(processes.this_process(), host="login2", boot_id="x", pid=1)
    registry.create_record(record(keeper=away, host="login2"), {})
    assert registry.find_record("one").state is ClusterState.RUNNING
    with pytest.raises(ClusterConflictError, match="running on login2 already"):
        registry.create_record(record(), {})


def test_a_silent_keeper_is_reported() -> None:
    away = dataclasses.replace(processes.this_process(), host="login2", boot_id="x", pid=1)
    registry.create_record(record("fresh", keeper=away, host="login2"), {})
    for name, keeper in (("there", away), ("here", processes.this_process())):
        folder = registry.create_record(record(name, keeper=keeper, host=keeper.host), {})
        five_minutes_ago = time.time() - 300
        os.utime(folder / "record.json", (five_minutes_ago, five_minutes_ago))
    found = {r.name: r for r in registry.list_records()}
    assert found["there"].state is ClusterState.RUNNING
    assert found["there"].reason.startswith("Its keeper (process 1 on login2) has been silent for 5 min; if it is a")
    assert found["here"].state is ClusterState.RUNNING
    assert found["here"].reason.endswith("has been silent for 5 min; stop the cluster to terminate it")
    assert registry.find_record("fresh").reason == ""


def test_a_stopped_keeper_is_reported_at_once() -> None:
    with subprocess.Popen(["sleep", "60"]) as keeper:
        registry.create_record(record(keeper=processes.identify(keeper.pid)), {})
        assert registry.find_record("one").reason == ""
        keeper.send_signal(signal.SIGSTOP)
        wait_until(lambda: "is stopped (SIGSTOP) since about" in registry.find_record("one").reason)
        assert registry.find_record("one").state is ClusterState.RUNNING
        keeper.kill()


@pytest.mark.parametrize("content", [b"", b'{"id": "x", "na', b"[]", b'{"id": "x"}', b"\xff\xfe"])
def test_a_damaged_record_is_reported_and_keeps_its_name(content: bytes) -> None:
    written = record()
    folder = registry.create_record(written, {"profile": {"name": "thin"}})
    registry.write_keeper_file(folder, written)
    (folder / "record.json").write_bytes(content)
    (found,) = registry.list_records()
    assert (found.name, found.profile, found.keeper) == ("one", "thin", processes.this_process())
    assert "cannot be read" in found.reason
    with pytest.raises(ClusterConflictError):
        registry.create_record(record(), {})


def test_unknown_name_offers_the_nearest() -> None:
    registry.create_record(record("local-1"), {})
    with pytest.raises(NotFoundError, match="Did you mean local-1"):
        registry.find_record("locl-1")


@pytest.mark.parametrize("name", ["../x", "a/b", "", "a" * 64, "$(x)", "x\0", ".names"])
def test_invalid_names_are_refused(name: str) -> None:
    with pytest.raises(UsageError):
        registry.find_record(name)


def test_ended_clusters_are_found_on_request() -> None:
    first = record()
    folder = registry.create_record(first, {})
    registry.write_record(folder, dataclasses.replace(first, state=ClusterState.FAILED, reason="why"))
    assert registry.list_records() == []
    with pytest.raises(NotFoundError):
        registry.find_record("one")
    assert registry.find_record("one", include_ended=True).reason == "why"
    assert [r.reason for r in registry.list_records(include_ended=True)] == ["why"]


def test_folders_of_old_clusters_are_pruned_but_never_of_active_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orphans, "_MAX_CLOSED_RECORDS", 2)
    lost = record("lost", keeper=dataclasses.replace(processes.this_process(), started=1.0), since=1.0)
    alive = record("alive", since=1.0)
    for each in (lost, alive):
        registry.create_record(each, {})
    for number in range(4):
        registry.create_record(record(f"ended-{number}", state=ClusterState.STOPPED, since=time.time() - number), {})
    registry.create_record(record("old", state=ClusterState.STOPPED, since=time.time() - 15 * 86400), {})
    orphans.prune_records()
    names = {r.name for r in registry.list_records(include_ended=True)}
    assert names == {"lost", "alive", "ended-0", "ended-1"}


def test_full_disk_leaves_the_old_record(monkeypatch: pytest.MonkeyPatch) -> None:
    first = record()
    folder = registry.create_record(first, {})

    def full(path: Path, content: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(paths, "write_private", full)
    with pytest.raises(OSError, match="No space"):
        registry.write_record(folder, dataclasses.replace(first, workers=9))
    assert registry.read_record(folder) == first


def test_registry_imports_the_standard_library_alone() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from jupyter_pipeline.clusters import registry; registry.list_records();"
        "print([m for m in ('distributed', 'dask', 'psutil', 'yaml', 'asyncio') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_syncs_are_kept_in_order_with_their_locks() -> None:
    folder = registry.create_record(record(), {})
    events.add_sync(folder, {"time": 1.0, "summary": "first", "lock": "abc"}, "dask==1\n")
    events.add_sync(folder, {"time": 2.0, "summary": "second", "lock": "abc"}, "dask==1\n")
    assert [entry["summary"] for entry in syncs.read_syncs(folder)] == ["first", "second"]
    assert (folder / "locks" / "abc.txt").read_text() == "dask==1\n"
    for path in folder.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
    with pytest.raises(UsageError):
        events.add_sync(folder, {"lock": "../../x"}, "text")


def test_a_cluster_that_was_never_synced_has_no_syncs() -> None:
    assert syncs.read_syncs(registry.create_record(record(), {})) == []


def test_a_record_is_read_again_only_when_its_file_changed() -> None:
    written = record()
    folder = registry.create_record(written, {})
    assert registry.read_record(folder) is registry.read_record(folder)
    registry.write_record(folder, dataclasses.replace(written, workers=7))
    changed = registry.read_record(folder)
    assert changed is not None
    assert changed.workers == 7
    (folder / "record.json").write_bytes(b"{")
    assert registry.read_record(folder) is None


def test_many_records_are_listed() -> None:
    first = record()
    text = (registry.create_record(first, {}) / "record.json").read_text()
    for number in range(1, 1500):
        folder = paths.clusters_dir() / registry.new_id()
        folder.mkdir(0o700)
        names.claim(f"c-{number}", folder.name)
        (folder / "record.json").write_text(text.replace(first.id, folder.name).replace('"one"', f'"c-{number}"'))
    assert len({found.name for found in registry.list_records()}) == 1500
