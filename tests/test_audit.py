from __future__ import annotations

import contextlib
import grp
import json
import logging
import multiprocessing
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from other_user import NOBODY, needs_root

from jupyter_pipeline import audit, cli, environment_variables, paths, site_policy
from jupyter_pipeline.cli.base import Command
from jupyter_pipeline.clusters import manager
from jupyter_pipeline.exceptions import ClusterError, PipelineError, PolicyError
from jupyter_pipeline.models import Schedule, Target
from jupyter_pipeline.orchestration import alerts, deployments, runs
from jupyter_pipeline.site_policy import SitePolicy
from jupyter_pipeline.workflows import run_history, start_cluster

SECRET = "json://user:dcm2Xk4f@example.org/"


@pytest.fixture(autouse=True)
def state(isolated_state: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(audit, "_problems", set())
    return isolated_state


@pytest.mark.parametrize(
    ("error", "result", "text"),
    [
        (None, "done", ""),
        (ClusterError("secret"), "failed", "ClusterError"),
        (PolicyError("refuses:\n  - 3 workers at most."), "refused", "refuses: - 3 workers at most."),
        (KeyboardInterrupt(), "interrupted", ""),
    ],
    ids=str,
)
def test_each_result_is_recorded(error: BaseException | None, result: str, text: str) -> None:
    with (
        contextlib.suppress(BaseException),
        audit.enter_front_door("cli"),
        audit.record("scale", "cluster", "one", workers=3, adapt=(0, 4), name_of_none=None),
    ):
        if error is not None:
            raise error
    (entry,) = audit.read_entries()
    assert (entry.action, entry.kind, entry.name, entry.front_door) == ("scale", "cluster", "one", "cli")
    assert (entry.uid, entry.pid) == (os.getuid(), os.getpid())
    assert entry.details == {"workers": 3, "adapt": [0, 4]}
    assert (entry.result, entry.error) == (result, text)


def test_actions_inside_an_action_are_parts_of_it() -> None:
    with audit.record("start", "cluster", "") as action:
        with audit.record("stop", "cluster", "one"):
            pass
        action.name = "one"
    with audit.record("deploy", "deployment", "daily", only_refusals=True):
        pass
    assert [(entry.action, entry.name) for entry in audit.read_entries()] == [("start", "one")]


def test_front_doors_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    shell = InteractiveShell()
    shell.run_line_magic("load_ext", "jupyter_pipeline")
    with pytest.raises(PipelineError):
        shell.run_line_magic("cluster", "scale x 3")
    with pytest.raises(PipelineError):
        manager.stop("x")
    for _ in range(2):
        with pytest.raises(SystemExit):
            cli.main(["cluster", "stop", "x"])
        cli.PipelineApp.clear_instance()
        monkeypatch.setenv(environment_variables.FRONT_DOOR, "panel")
    assert [entry.front_door for entry in audit.read_entries()] == ["magic", "python", "cli", "panel"]


CALLS: list[tuple[Callable[..., Any], tuple[Any, ...], str]] = [
    (manager.scale, ("x", 3), "scale cluster x"),
    (manager.adapt, ("x", 0, 3), "adapt cluster x"),
    (manager.extend, ("x", 60.0), "extend cluster x"),
    (manager.stop, ("x",), "stop cluster x"),
    (deployments.pause, ("x",), "pause deployment x"),
    (deployments.resume, ("x",), "resume deployment x"),
    (deployments.run_now, ("x", {"password": SECRET}), "run deployment x"),
    (deployments.replace_schedules, ("x", ()), "reschedule deployment x"),
    (deployments.rollback, ("x",), "rollback deployment x"),
    (deployments.promote, ("x",), "promote deployment x"),
    (deployments.delete, ("x",), "delete deployment x"),
    (run_history.backfill, ("x", "2027-01-01", "2027-02-01", ""), "backfill deployment x"),
    (runs.cancel, ("x",), "cancel run x"),
    (runs.rerun, ("x",), "rerun run x"),
    (runs.delete, ("x",), "delete run x"),
    (alerts.add, ("x", SECRET), "store alert address x"),
    (alerts.remove, ("x",), "delete alert address x"),
]


@pytest.mark.parametrize(("function", "arguments", "line"), CALLS, ids=[line for *_, line in CALLS])
def test_functions_that_change_something_are_recorded_without_secrets(
    function: Callable[..., Any], arguments: tuple[Any, ...], line: str, state: Path
) -> None:
    with pytest.raises(PipelineError):
        function(*arguments)
    (entry,) = audit.read_entries()
    assert f"{entry.action} {entry.kind} {entry.name}" == line
    assert (entry.result, entry.front_door) == ("failed", "python")
    (file,) = (state / "audit").iterdir()
    assert "dcm2Xk4f" not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_details_name_versions_targets_and_replaced_values() -> None:
    with pytest.raises(PipelineError):
        deployments.rollback("x", version="3")
    with pytest.raises(PipelineError):
        deployments.promote("x", source="staging", target=Target(name="production", env={"KEY": SECRET}))
    with pytest.raises(PipelineError):
        runs.backfill("x", 1.0, 2.0)
    nightly = Schedule(cron="0 3 * * *", timezone="Europe/Berlin", parameters={"password": SECRET})
    for schedules in ((nightly, Schedule(every=900.0)), ()):
        with pytest.raises(PipelineError):
            deployments.replace_schedules("x", schedules)
    Command.clear_instance()
    with pytest.raises(SystemExit):
        cli.main(["cluster", "start", "local", "--workers=3", "-o", "limits.max_workers=2"])
    Command.clear_instance()
    with pytest.raises(PipelineError):
        start_cluster("local", workers=3, overrides={"limits.max_workers": "1"}, owner="kernel")
    secret = {"cluster_kwargs.password": SECRET, "cluster_kwargs.url": SECRET, "price.per_core_hour": 2}
    assert manager._describe_overrides(secret) == [
        "cluster_kwargs.password",
        "cluster_kwargs.url",
        "price.per_core_hour=2",
    ]
    assert [(entry.action, entry.details) for entry in audit.read_entries()] == [
        ("rollback", {"version": "3"}),
        ("promote", {"source": "staging", "target": "production"}),
        ("backfill", {"start": 1.0, "end": 2.0}),
        ("reschedule", {"schedules": ["At 03:00 (Europe/Berlin)", "Every 15 minutes"]}),
        ("reschedule", {"schedules": ["none"]}),
        ("start", {"profile": "local", "workers": 3, "overrides": ["limits.max_workers=2"]}),
        ("start", {"profile": "local", "workers": 3, "overrides": ["limits.max_workers=1"]}),
    ]


def test_a_folder_that_cannot_be_listed_is_named(
    shared_folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with audit.record("scale", "cluster", "one"):
        pass
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.R_OK)  # root can list every folder
    assert [entry.name for entry in audit.read_entries()] == ["one"]
    assert f"{shared_folder} cannot be listed. Entries on other hosts and in full files are not shown." in caplog.text


def write_many(number: int) -> None:
    audit._MAX_BYTES = 20_000
    for i in range(150):
        with audit.record("scale", "cluster", f"{number}-{i}"):
            pass


def test_parallel_writers_lose_no_line_while_files_are_rotated(state: Path) -> None:
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=write_many, args=(number,)) for number in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(list((state / "audit").iterdir())) > 3
    assert sorted(entry.name for entry in audit.read_entries()) == sorted(
        f"{n}-{i}" for n in range(6) for i in range(150)
    )


def test_the_oldest_files_are_removed(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "_MAX_BYTES", 1)
    monkeypatch.setattr(audit, "_MAX_OLD_FILES", 2)
    for i in range(4):
        with audit.record("scale", "cluster", str(i)):
            pass
    assert [entry.name for entry in audit.read_entries()] == ["2", "3"]


def test_a_log_that_cannot_be_written_is_one_warning(state: Path, caplog: pytest.LogCaptureFixture) -> None:
    paths.state_dir().joinpath("audit").write_text("a file")
    for _ in range(2):
        with audit.record("scale", "cluster", "one"):
            pass
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert "Actions are not recorded." in caplog.text


def test_damaged_lines_are_skipped_and_newer_ones_are_named(state: Path, caplog: pytest.LogCaptureFixture) -> None:
    with audit.record("scale", "cluster", "one"):
        pass
    (file,) = (state / "audit").iterdir()
    good = json.loads(file.read_text())
    lines = ["{", "[]", "null", "3", "{}", json.dumps({**good, "uid": 7, "user": "other", "name": "two"})]
    file.write_text("\n".join([*lines, json.dumps({**good, "format": paths.FORMAT + 1}), json.dumps(good)]) + "\n")
    found = audit.read_entries()
    assert [(entry.name, entry.uid) for entry in found] == [("two", os.getuid()), ("one", os.getuid())]
    assert "has 1 lines of a newer release, which are not shown. Upgrade" in caplog.text
    assert audit.read_entries(since=good["time"] + 1) == []


@pytest.fixture
def shared_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Folder of the policy, as the documentation says to create it."""
    folder = tmp_path / "shared"
    folder.mkdir()
    group = grp.getgrgid(os.getgid()).gr_name
    folder.chmod(0o3777)
    policy = SitePolicy(source="p", audit_folder=str(folder), audit_group=group)
    monkeypatch.setattr(site_policy, "find_policy", lambda: policy)
    return folder


def test_the_group_of_the_policy_can_read_the_files_in_its_folder(
    shared_folder: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with audit.record("scale", "cluster", "one"):
        pass
    (file,) = shared_folder.iterdir()
    assert file.name.startswith(f"{audit._name_user(os.getuid())}.")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert not (state / "audit").exists()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "glob", lambda *arguments: iter(()))  # a folder that users cannot list
        assert [entry.name for entry in audit.read_entries()] == ["one"]
    (shared_folder / "other.host.jsonl").write_text(file.read_text().replace('"one"', '"theirs"'))
    assert [entry.name for entry in audit.read_entries()] == ["one"]
    assert {entry.name for entry in audit.read_entries(everyone=True)} == {"one", "theirs"}


@needs_root
@pytest.mark.parametrize("kind", ["file", "link"])
def test_a_file_that_another_user_has_put_there_is_not_used(
    kind: str, shared_folder: Path, state: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with audit.record("scale", "cluster", "one"):
        pass
    (file,) = shared_folder.iterdir()
    if kind == "link":
        file.rename(shared_folder / "target")
        file.symlink_to("target")
    else:
        os.chown(file, NOBODY, NOBODY)
    with audit.record("scale", "cluster", "two"):
        pass
    assert f"The audit log {file} cannot be written" in caplog.text
    (own,) = (state / "audit").iterdir()
    assert '"two"' in own.read_text()


@pytest.mark.parametrize(
    "change",
    [
        {"details": [1]},
        {"time": "late"},
        {"time": 1e300},
        {"time": float("nan")},
        {"error": 7},
        {"pid": True},
        {"format": "1"},
    ],
    ids=str,
)
def test_an_invalid_line_is_skipped_and_counted(
    change: dict[str, Any], state: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with audit.record("stop", "cluster", "one\x1b[31m\nroot"):
        pass
    (file,) = (state / "audit").glob("*.jsonl")
    line = file.read_bytes()
    file.write_bytes(b"[]\n" + json.dumps({**json.loads(line), **change}).encode() + b"\n" + line)
    (entry,) = audit.read_entries()
    assert entry.name == r"one\x1b[31m\nroot"
    assert "2 invalid lines" in caplog.text


@pytest.mark.parametrize("kind", ["pipe", "link", "hard link"])
def test_a_file_of_another_kind_is_not_used(kind: str, state: Path, caplog: pytest.LogCaptureFixture) -> None:
    with audit.record("stop", "cluster", "one"):
        pass
    (file,) = (state / "audit").glob("*.jsonl")
    victim = state / "victim"
    victim.write_text("")
    file.unlink()
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "link":
        file.symlink_to(victim)
    else:
        file.hardlink_to(victim)
    with audit.record("stop", "cluster", "two"):
        pass
    assert "The audit log cannot be written" in caplog.text
    assert victim.read_text() == ""
    assert audit.read_entries() == []
