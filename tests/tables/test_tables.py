"""What people are output in lines."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from jupyter_pipeline import tables
from jupyter_pipeline.models import (
    ClusterEnd,
    ClusterRecord,
    ClusterState,
    CostRow,
    Deployed,
    DeploymentRecord,
    RunRecord,
    Schedule,
    ServiceStatus,
    ShownRun,
    SizeAdvice,
    StepCompute,
    VersionRecord,
)
from jupyter_pipeline.tables import base as tables_base


def test_only_running_clusters_show_bounds() -> None:
    record = ClusterRecord(id="a", name="one", profile="local", state=ClusterState.RUNNING, workers=1, adaptive=(0, 2))
    assert "1 (adapts 0 to 2)" in str(tables.clusters([record]))
    ended = dataclasses.replace(record, state=ClusterState.STOPPED, workers=0)
    assert "adapts" not in str(tables.clusters([ended]))


def test_removed_items_are_sentences() -> None:
    items = [
        {"kind": "cluster", "id": "one", "cluster": "jp-1"},
        {"kind": "process", "id": 7, "cluster": "jp-1"},
        {"kind": "job", "id": "12", "cluster": "jp-1"},
        {"kind": "log", "id": "run-1"},
        {"kind": "problem", "id": "slurm", "problem": "squeue does not answer"},
    ]
    assert tables.removed(items).splitlines() == [
        "Closed the record of lost cluster one (jp-1).",
        "Ended process 7 of cluster jp-1.",
        "Cancelled job 12 of cluster jp-1.",
        "Removed the log of run run-1.",
        "Not removed: slurm: squeue does not answer",
    ]
    assert tables.removed([]) == "Nothing to remove."


def test_each_change_of_a_cluster_start_is_shown_once() -> None:
    said: list[str] = []
    tell = tables.starting(said.append)
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


def test_a_dry_run_counts_the_packages_of_a_new_lock() -> None:
    lock = "--- a/requirements.lock\n+++ b/requirements.lock\n@@ -0,0 +1,3 @@\n+# Python 3.11\n+dask==1\n+numpy==2\n"
    flow = "--- a/flow.py\n+++ b/flow.py\n@@ -0,0 +1 @@\n+x == 1\n"
    changed = lock.replace("@@ -0,0", "@@ -1,2")
    answer = Deployed(deployment=None, folder="/p", files={}, written=(), changes=flow + lock)
    output = tables.dry_run(answer)
    assert "+# Python 3.11\n+(2 packages)\n" in output
    assert "numpy" not in output
    assert "+x == 1" in output
    assert "+numpy==2" in tables.dry_run(dataclasses.replace(answer, changes=changed))


def test_a_deploy_that_changed_nothing_says_so() -> None:
    live = DeploymentRecord(id="1", name="daily", flow_name="daily")
    answer = Deployed(deployment=live, folder="/p", files={}, written=(), changes="", server_changes="", version="abc")
    assert tables.deployed(answer, command="%deployments") == "No changes: 'daily', version abc: /p"
    changed = dataclasses.replace(answer, server_changes="+- new")
    assert tables.deployed(changed, command="%deployments") == "Deployed 'daily', version abc: /p"


@pytest.mark.parametrize(
    ("active", "listed", "deployed"),
    [
        ([True], "", ""),
        (
            [False],
            "its schedule is paused on the server, so no run is due.",
            "It is paused. Resume it: %d resume daily",
        ),
        ([False, None], "1 of its 2 schedules is paused", "1 of its 2 schedules is paused on the server. Resume: %d"),
        ([False, True, False], "2 of its 3 schedules are paused", "2 of its 3 schedules are paused"),
    ],
)
def test_schedules_paused_by_other_programs_have_a_note(active: list[bool | None], listed: str, deployed: str) -> None:
    record = DeploymentRecord(
        id="1",
        name="daily",
        flow_name="daily",
        paused=not any(each is not False for each in active),
        schedules=tuple(Schedule(cron="0 6 * * *", slug=str(i), active=each) for i, each in enumerate(active)),
    )
    table = str(tables.deployments([record]))
    assert ("paused" in table) == bool(listed)
    assert listed in table
    answer = Deployed(deployment=record, folder="/p", files={}, written=(), changes="", server_changes="", version="a")
    output = tables.deployed(answer, command="%d")
    assert ("paused" in output) == bool(deployed)
    assert deployed in output


def test_a_notebook_that_was_renamed_has_one_note_with_its_deployments() -> None:
    one = DeploymentRecord(id="1", name="a", flow_name="a", notebook="/n.ipynb", notebook_missing=True)
    two = dataclasses.replace(one, name="b", profile="local", step_profiles=("big", "local"))
    other = dataclasses.replace(one, name="c", notebook="/m.ipynb")
    table = str(tables.deployments([one, two, other]))
    assert "'a', 'b': the notebook /n.ipynb was renamed, moved or deleted. Deploy them again" in table
    assert "'c': the notebook /m.ipynb was renamed, moved or deleted. Deploy it again" in table
    assert "local, big" in table


def test_a_skipped_run_has_its_due_time_and_no_start() -> None:
    skipped = RunRecord(id="1", name="otter", deployment="a", state="Skipped", expected_start=1000.0, start=90_000.0)
    done = dataclasses.replace(skipped, state="Completed", expected_start=5000.0, start=90_000.0, end=90_002.0)
    table = str(tables.runs([skipped, done]))
    first, second = table.splitlines()[-2:]
    assert (tables_base.local(1000.0) in first, tables_base.local(90_000.0) in first) == (True, False)
    assert tables_base.local(5000.0) in second
    assert tables_base.local(90_000.0) in second
    assert "2.0 s" in second


def test_the_place_of_steps_on_workers_is_shown() -> None:
    answer = Deployed(deployment=None, folder="/p", files={}, written=(), changes="")
    step = StepCompute(step="load", on_workers=True, text="workers of the cluster of the run, profile local")
    assert tables.plan(dataclasses.replace(answer, compute=(step,))) == f"Compute: load: {step.text}"
    assert tables.plan(dataclasses.replace(answer, compute=(dataclasses.replace(step, on_workers=False),))) == ""


def test_a_stopped_service_names_the_next_step_and_a_log_that_exists(tmp_path: Path) -> None:
    log = tmp_path / "service.log"
    stopped = ServiceStatus(state="stopped", log=str(log))
    assert tables.service(stopped) == "The Prefect service is stopped."
    assert tables.service(stopped, start="%pipeline up") == "The Prefect service is stopped. Start it: %pipeline up"
    log.touch()
    assert str(log) in tables.service(stopped)


def test_next_steps_name_the_command_in_use() -> None:
    assert str(tables.clusters([])).endswith("Start one: jupyter pipeline cluster start local")
    assert str(tables.clusters([], command="%cluster")).endswith("Start one: %cluster start local")


def test_the_commit_of_a_version_is_shown_with_its_state() -> None:
    clean = VersionRecord(number=2, version="a" * 16, deployed=0.0, by="me@host", commit="b" * 40)
    lines = str(tables.versions([dataclasses.replace(clean, number=3, dirty=True), clean])).splitlines()
    assert "bbbbbbbbbbbb (dirty)" in lines[-2]
    assert "bbbbbbbbbbbb  " in lines[-1]


def test_waste_is_shown_with_its_cost_and_what_was_not_measured() -> None:
    measured = CostRow(
        group="daily",
        core_hours=8.0,
        clusters=3,
        cost=4.0,
        currency="EUR",
        measured_core_hours=8.0,
        idle_core_hours=6.0,
        unused_clusters=1,
        memory_hours=32.0,
        unused_memory_hours=16.0,
    )
    lines = str(tables.waste([measured, CostRow(group="older", core_hours=2.0, clusters=1)])).splitlines()
    for text in ("1 of 3", "6.00 of 8.00 (75%)", "3.00 EUR", "16.00 of 32.00 (50%)"):
        assert text in lines[2]
    assert lines[3].count("not measured") == 2
    assert lines[3].count("no price") == 1
    assert lines[-1] == "2.00 core-hours were not measured."


def test_a_run_shows_the_use_of_its_workers_once() -> None:
    end = ClusterEnd(
        cluster="jp-1",
        name="slurm-1",
        profile="slurm",
        state="stopped",
        reason="",
        start=1.0,
        end=2.0,
        peak_memory=2**30,
        memory_limit=2**33,
    )
    run = RunRecord(id="1", name="calm-otter", deployment="daily", state="Completed")
    assert "A worker used at most 1.0 GiB of 8.0 GiB." in tables.run_details(ShownRun(run=run, clusters=(end,)))
    size = SizeAdvice(cluster="jp-1", text="A worker used at most 1.0 GiB of 8.0 GiB: --memory 2GiB.", memory="2GiB")
    text = tables.run_details(ShownRun(run=run, clusters=(end,), sizes=(size,)))
    assert text.count("A worker used") == 1
    assert size.text in text
