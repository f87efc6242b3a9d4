"""Starts and stops that meet: refused starts, early stops, silent batch systems."""

from __future__ import annotations

import dataclasses
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from waiting import patience, wait_until

from jupyter_pipeline import processes
from jupyter_pipeline.clusters import launch as launching
from jupyter_pipeline.clusters import manager, profiles, registry
from jupyter_pipeline.clusters.registry import markers
from jupyter_pipeline.exceptions import ClusterStartError, PreflightError
from jupyter_pipeline.models import ClusterRecord, ClusterState, Profile


@pytest.fixture
def silent_slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put commands of Slurm first that never answer, except that ``sbatch`` has no configuration."""
    for name, script in {
        "sbatch": "echo 'sbatch: fatal: Unable to process configuration file' >&2; exit 1",
        "squeue": "echo asked >> $0.asked; exit 1",
        "scancel": "exit 1",
    }.items():
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return tmp_path


@pytest.mark.parametrize("keeper", ["local", "job"])
def test_a_refused_start_does_not_query_the_batch_system(
    silent_slurm: Path, keeper: str, nothing_left: Callable[..., bool]
) -> None:
    profile = profiles.get_profile("slurm", overrides={"keeper": keeper, "limits.lifetime": "30 min"})
    with pytest.raises(PreflightError, match="Slurm cannot be used from this host"):
        manager.start(profile, name="one")
    record = registry.find_record("one", include_ended=True)
    assert record.state is ClusterState.FAILED
    assert ".." not in record.reason
    assert registry.list_records() == []
    assert not (silent_slurm / "squeue.asked").exists()
    assert nothing_left(within=0)


def test_a_cluster_without_jobs_stops_without_an_answer_of_the_batch_system(
    silent_slurm: Path, nothing_left: Callable[..., bool]
) -> None:
    (silent_slurm / "sbatch").write_text(
        "#!/bin/sh\necho 'sbatch: error: Unable to contact slurm controller' >&2; exit 1"
    )
    overrides = {"workers": None, "adapt_kwargs": {"minimum": 0, "maximum": 2}, "cluster_kwargs.interface": "lo"}
    record = manager.start(profiles.get_profile("slurm", overrides=overrides), name="one")
    assert record.state is ClusterState.RUNNING
    began = time.monotonic()
    stopped = manager.stop("one")
    assert (stopped.state, stopped.reason) == (ClusterState.STOPPED, "Stopped by request")
    assert time.monotonic() - began < patience(15)
    assert nothing_left()


def test_a_started_cluster_may_have_jobs(silent_slurm: Path, make_profile: Callable[..., Profile]) -> None:
    record = manager.start(make_profile(), name="one")
    assert markers.may_have_jobs(registry.cluster_dir(record.id))
    manager.stop("one")


def test_a_waiting_start_reports_that_the_cluster_was_stopped(
    make_faulty_profile: Callable[..., Profile], nothing_left: Callable[..., bool], find_by_command: Any
) -> None:
    def stop_during_start() -> None:
        wait_until(lambda: find_by_command("sleep"))
        manager.stop("one")

    threading.Thread(target=stop_during_start).start()
    with pytest.raises(ClusterStartError, match=r"^one was stopped during its start\.$"):
        manager.start(make_faulty_profile("NeverStarts"), name="one")
    ended = registry.find_record("one", include_ended=True)
    assert (ended.state, ended.reason) == (ClusterState.STOPPED, "Stopped by request")
    assert nothing_left()


def test_a_stop_before_the_keeper_started_takes_effect(
    make_profile: Callable[..., Profile], nothing_left: Callable[..., bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    launch = launching.launch_keeper

    def late(record: Any, *arguments: Any) -> None:
        markers.write_stop_request(registry.cluster_dir(record.id), ClusterState.STOPPED, "Stopped by request")
        launch(record, *arguments)

    monkeypatch.setattr(launching, "launch_keeper", late)
    with pytest.raises(ClusterStartError, match="one was stopped during its start"):
        manager.start(make_profile(), name="one")
    ended = registry.find_record("one", include_ended=True)
    assert (ended.state, ended.reason) == (ClusterState.STOPPED, "Stopped by request")
    assert nothing_left()


def test_stop_waits_for_a_starting_keeper(make_profile: Callable[..., Profile]) -> None:
    began = time.monotonic()
    record = manager.start(make_profile(), name="one", wait=False)
    assert manager.stop("one").state is ClusterState.STOPPED
    assert time.monotonic() - began < patience(30)
    assert registry.read_record(registry.cluster_dir(record.id)).reason == "Stopped by request"


def test_the_first_stop_request_takes_precedence(tmp_path: Path) -> None:
    assert markers.read_stop_request(tmp_path) is None
    markers.write_stop_request(tmp_path, ClusterState.STOPPED, "first")
    markers.write_stop_request(tmp_path, ClusterState.FAILED, "second")
    assert markers.read_stop_request(tmp_path) == (ClusterState.STOPPED, "first")
    (tmp_path / "stop-request.json").write_text("[]")
    assert markers.read_stop_request(tmp_path) is None


@pytest.mark.slow
def test_stop_reports_jobs_that_may_remain_in_a_silent_batch_system(
    silent_slurm: Path, nothing_left: Callable[..., bool], wait_for_record: Any
) -> None:
    (silent_slurm / "sbatch").write_text("#!/bin/sh\necho 'Submitted batch job 7'\n")
    overrides = {"workers": 1, "cluster_kwargs.interface": "lo"}
    record = manager.start(profiles.get_profile("slurm", overrides=overrides), name="one")
    stopped = manager.stop("one", timeout=1.0)
    assert stopped.state is ClusterState.STOPPING
    reported = wait_for_record(record, lambda r: "the keeper will retry" in r.reason, within=60.0)
    assert "slurm does not answer, so jobs may remain" in reported.reason
    (silent_slurm / "squeue").write_text("#!/bin/sh\n")
    wait_for_record(record, lambda r: r.state is ClusterState.STOPPED)
    assert nothing_left()


def test_the_other_clusters_stop_if_one_keeper_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manager, "COMMAND_TIMEOUT", 0.2)
    here = processes.this_process()
    keepers = {
        "away": dataclasses.replace(here, host="login2", boot_id="x", pid=1),
        "here": dataclasses.replace(here, pid=2**22 + 1),
    }
    for number, (name, keeper) in enumerate(keepers.items()):
        record = ClusterRecord(
            id=registry.new_id(),
            name=name,
            profile="local",
            state=ClusterState.RUNNING,
            started=float(number),
            keeper=keeper,
            host=keeper.host,
        )
        registry.create_record(record, {})
    away, stopped = manager.stop_all(timeout=0.3)
    assert (away.name, away.state) == ("away", ClusterState.RUNNING)
    assert "The keeper of away is on login2 and does not answer" in away.reason
    assert (stopped.name, stopped.state) == ("here", ClusterState.STOPPED)
