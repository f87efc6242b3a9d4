"""Sync folders to a real cluster."""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from distributed import Client, LocalCluster, Worker
from waiting import wait_until

from jupyter_pipeline.environments.sync.session import Session, get_session
from jupyter_pipeline.environments.sync.synchronize import diff_environment, sync_environment
from jupyter_pipeline.exceptions import NotFoundError, SyncError, UsageError

Write = Callable[[str, str], Path]
Value = Callable[[str], list[object]]


@pytest.mark.parametrize("name", ["größe", "a folder"])
def test_a_project_with_any_name_arrives(name: str, tmp_path: Path, client: Client, module: str, value: Value) -> None:
    project = tmp_path / name
    project.mkdir()
    (project / f"{module}.py").write_text("x = 1")
    report = sync_environment(client, directories=[project])
    assert report.uploaded[0]["changed"] == 1
    assert value(f"{module}.x") == [1, 1]


def test_a_package_is_imported_by_its_name_and_does_not_hide_others(
    write: Write, client: Client, module: str, value: Value
) -> None:
    package = write(f"{module}/__init__.py", "") / module
    write(f"{module}/io.py", "x = 1")
    sync_environment(client, directories=[package])
    assert value(f"{module}.io.x") == [1, 1]
    assert value("io.SEEK_SET") == [0, 0]


def test_running_workers_see_an_edit_through_modules_that_hold_it(
    write: Write, client: Client, module: str, value: Value
) -> None:
    project = write(f"{module}_base.py", "def f(): return 1\n")
    write(f"{module}_user.py", f"from {module}_base import f\nx = f()\n")
    sync_environment(client, directories=[project])
    assert value(f"{module}_user.x") == [1, 1]
    pids = client.run(os.getpid)
    write(f"{module}_base.py", "def f(): return 2\n")
    sync_environment(client, directories=[project])
    assert value(f"{module}_user.x") == [2, 2]
    assert client.run(os.getpid) == pids


def test_only_changed_content_is_sent(write: Write, client: Client, module: str) -> None:
    project = write("data.txt", "0123456789" * 100_000)
    write(f"{module}.py", "x = 1")
    sync_environment(client, directories=[project])
    write(f"{module}.py", "x = 2")
    assert sync_environment(client, directories=[project]).uploaded[0]["bytes"] < 50
    (project / "data.txt").rename(project / "moved.txt")
    assert sync_environment(client, directories=[project]).uploaded[0]["changed"] == 1


def test_links_modes_and_names_survive(write: Write, client: Client, module: str) -> None:
    project = write("größe/数据.txt", "ß")
    script = write("run.sh", "#!/bin/sh\n") / "run.sh"
    script.chmod(0o755)
    (project / "link.txt").symlink_to("größe/数据.txt")
    write(f"{module}.py", "import pathlib\nhere = pathlib.Path(__file__).parent\n")
    sync_environment(client, directories=[project])

    def look() -> tuple[str, bool, str, bool]:
        here = importlib.import_module(module).here
        link = here / "link.txt"
        return link.read_text(), link.is_symlink(), (here / "größe/数据.txt").read_text(), os.access(here / "run.sh", 1)

    assert set(client.run(look).values()) == {("ß", True, "ß", True)}


def test_a_link_out_of_the_folder_arrives_as_its_content(
    write: Write, client: Client, module: str, value: Value
) -> None:
    project = write("notes.txt", "")
    (project.parent / "shared.py").write_text("x = 3")
    (project / f"{module}.py").symlink_to("../shared.py")
    sync_environment(client, directories=[project])
    assert value(f"{module}.x") == [3, 3]


def test_ignored_files_and_secrets_stay_behind_and_secrets_are_reported(
    write: Write, client: Client, module: str, value: Value
) -> None:
    project = write(".gitignore", "ignored_*.py\n")
    write(f"ignored_{module}.py", "x = 1")
    write(".env", "TOKEN=1")
    write("deploy.pem", "-----BEGIN RSA PRIVATE KEY-----\nabc")
    write(f"{module}.py", "x = 1")
    report = sync_environment(client, directories=[project])
    assert value(f"ignored_{module}.x") == ["absent", "absent"]
    assert any(".env was left out" in note for note in report.notes)
    assert any("deploy.pem was left out" in note for note in report.notes)
    named = sync_environment(client, directories=[project], options={"include": [".env"]})
    assert named.uploaded[0]["changed"] >= 1


def test_a_worker_that_joins_later_has_the_code_before_its_first_task(
    write: Write, client: Client, cluster: LocalCluster, module: str
) -> None:
    project = write(f"{module}.py", "def f(x): return x\n")
    sys.path.insert(0, str(project))
    local = importlib.import_module(module)
    sync_environment(client, directories=[project])
    before = set(client.scheduler_info(n_workers=-1)["workers"])
    cluster.scale(3)
    try:
        client.wait_for_workers(3, timeout=60)
        [late] = set(client.scheduler_info(n_workers=-1)["workers"]) - before
        assert client.submit(local.f, 7, workers=[late], pure=False).result(timeout=30) == 7
    finally:
        cluster.scale(2)


def test_a_worker_that_cannot_store_the_code_takes_no_task_and_says_why(
    write: Write, client: Client, cluster: LocalCluster, module: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Another temporary folder makes the worker create a separate store, but a file is in the way."""
    project = write(f"{module}.py", "def f(x): return x\n")
    sync_environment(client, directories=[project])
    scratch = tmp_path / "scratch"
    (scratch / "dask-scratch-space").mkdir(parents=True)
    (scratch / "dask-scratch-space" / f"environment-{cluster.scheduler.id}").write_text("in the way")

    async def start() -> Worker:
        return await Worker(cluster.scheduler.address, local_directory=str(scratch), name="broken", nthreads=1)

    broken = cluster.sync(start)
    try:
        notes = wait_until(lambda: sync_environment(client, directories=[project]).notes)
        assert "takes no tasks" in notes[0]
        waiting = client.submit(int, 3, workers=["broken"], pure=False)
        tasks = cluster.scheduler.tasks
        wait_until(lambda: waiting.key in tasks and tasks[waiting.key].state == "no-worker")
    finally:
        cluster.sync(broken.close)


@pytest.mark.parametrize(
    ("folder", "error", "says"),
    [
        ("/", UsageError, "root of the file system"),
        ("~", UsageError, "your home"),
        ("nowhere", NotFoundError, "nowhere"),
        ("notes.txt", UsageError, "not a folder"),
        ("venv", UsageError, "virtual environment"),
        ("/proc/self", UsageError, "virtual file system"),
        ("/dev", UsageError, "virtual file system"),
    ],
)
def test_a_folder_that_must_not_be_sent_is_refused(
    folder: str, error: type[Exception], says: str, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.txt").write_text("")
    (tmp_path / "venv").mkdir()
    (tmp_path / "venv" / "pyvenv.cfg").write_text("")
    with pytest.raises(error, match=says):
        sync_environment(client, directories=[Path(folder)])


def test_a_file_over_the_limit_is_refused_and_nothing_is_sent(
    write: Write, client: Client, module: str, value: Value
) -> None:
    project = write(f"{module}.py", "x = 1")
    with (project / "huge.bin").open("wb") as file:
        file.truncate(10 * 2**30)
    with pytest.raises(SyncError, match=r"huge\.bin has 10.0 GiB.*max_file_size"):
        sync_environment(client, directories=[project])
    assert value(f"{module}.x") == ["absent", "absent"]


@pytest.mark.skipif(os.getuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_refused(write: Write, client: Client, module: str) -> None:
    project = write(f"{module}.py", "x = 1")
    (project / f"{module}.py").chmod(0)
    with pytest.raises(SyncError, match="cannot be read"):
        sync_environment(client, directories=[project])


def test_the_scheduler_answers_others_during_a_sync(write: Write, client: Client, module: str) -> None:
    project = write(f"{module}.py", "x = 1")
    for number in range(300):
        write(f"data/{number}.txt", str(number) * 1000)
    answered = 0
    stop = threading.Event()

    def ping() -> None:
        nonlocal answered
        while not stop.is_set():
            client.run_on_scheduler(int)
            answered += 1

    thread = threading.Thread(target=ping)
    thread.start()
    before = answered
    sync_environment(client, directories=[project])
    during = answered - before
    stop.set()
    thread.join()
    assert during > 3


def test_an_interrupted_upload_is_resumed(
    write: Write, client: Client, module: str, value: Value, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = write(f"{module}.py", "x = 1")
    sync_environment(client, directories=[project])
    write(f"{module}.py", "x = 2")
    for number in range(6):
        (project / f"part_{number}.bin").write_bytes(os.urandom(3 * 2**20))
    seen: list[str] = []
    monkeypatch.setattr(Session, "_list_unreachable", lambda self, contents, _: list(contents))  # another host

    def interrupt(text: str) -> None:
        seen.append(text)
        if text.startswith("Sent"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sync_environment(client, directories=[project], progress=interrupt)
    assert value(f"{module}.x") == [1, 1]
    report = sync_environment(client, directories=[project])
    assert value(f"{module}.x") == [2, 2]
    assert report.uploaded[0]["bytes"] < 12 * 2**20


def test_a_client_that_is_asynchronous_or_closed_is_refused(cluster: LocalCluster) -> None:
    with Client(cluster) as client:
        pass
    with pytest.raises(UsageError, match="closed"):
        get_session(client)


def test_the_difference_is_reported_without_changing_anything(client: Client) -> None:
    assert diff_environment(client) == []


def test_the_temporary_folder_is_empty_after_a_sync(write: Write, module: str, tmp_path: Path) -> None:
    import dask

    project = write(f"{module}.py", "x = 1")
    with (
        dask.config.set({"temporary-directory": str(tmp_path / "scratch")}),
        LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster) as client,
    ):
        sync_environment(client, directories=[project])
        assert list((tmp_path / "scratch").rglob(f"{module}.py"))
    assert not list((tmp_path / "scratch").rglob(f"{module}.py"))


def test_the_first_folder_wins_as_in_the_kernel_whichever_is_edited(
    tmp_path: Path, client: Client, module: str, value: Value
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        (folder / f"{module}.py").write_text(f"x = {folder.name!r}")
    sync_environment(client, directories=[first, second])
    assert value(f"{module}.x") == ["first", "first"]
    (first / f"{module}.py").write_text("x = 'edited'")
    sync_environment(client, directories=[first, second])
    assert value(f"{module}.x") == ["edited", "edited"]
    sync_environment(client, directories=[second, first])
    assert value(f"{module}.x") == ["second", "second"]
    assert not sync_environment(client, directories=[second, first]).changed


def test_a_kernel_that_sees_one_package_of_a_folder_leaves_the_others_files_alone(
    write: Write, cluster: LocalCluster, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = write(f"{module}.py", "x = 1")
    write(f"{module}_package/__init__.py", "x = 1")

    def counts(client: Client) -> list[tuple[int, int]]:
        reported = sync_environment(client, packages=False).uploaded
        return [(t["changed"], t["deleted"]) for t in reported if t["directory"].startswith(str(project))]

    with Client(cluster) as beside, Client(cluster) as editable:
        with monkeypatch.context() as kernel:
            kernel.syspath_prepend(str(project))
            importlib.import_module(f"{module}_package")
            assert counts(beside) == [(2, 0)]
        assert counts(editable) == []
        write(f"{module}_package/__init__.py", "x = 22")
        assert counts(editable) == [(1, 0)]
        sys.modules.pop(f"{module}_package")
        with monkeypatch.context() as kernel:
            kernel.syspath_prepend(str(project))
            assert counts(beside) == []


def test_an_editable_package_that_asks_for_its_version_is_imported(
    write: Write, client: Client, module: str, value: Value, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = write(f"{module}.py", f"from importlib.metadata import version\nx = version({module!r})")
    info = tmp_path / "site" / f"{module}-1.5.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.5\n")
    (info / "direct_url.json").write_text(json.dumps({"url": project.as_uri(), "dir_info": {"editable": True}}))
    monkeypatch.syspath_prepend(str(info.parent))
    monkeypatch.syspath_prepend(str(project))
    importlib.import_module(module)
    reported = sync_environment(client, packages=False).uploaded
    assert str(info) in {t["directory"] for t in reported}
    assert value(f"{module}.x") == ["1.5", "1.5"]
    info.rename(info.with_name(f"{module}-1.6.dist-info"))
    (info.with_name(f"{module}-1.6.dist-info") / "METADATA").write_text(f"Name: {module}\nVersion: 1.6\n")
    write(f"{module}.py", f"from importlib.metadata import version\nx = version({module!r})  # edited")
    sync_environment(client, packages=False)
    assert value(f"{module}.x") == ["1.6", "1.6"]


def test_a_folder_that_is_named_after_it_was_found_is_a_package_too(
    write: Write, client: Client, module: str, value: Value, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = write(f"{module}.py", "x = 1")
    folder = project.rename(project.with_name(f"{module}_folder"))
    with monkeypatch.context() as kernel:
        kernel.syspath_prepend(str(folder))
        importlib.import_module(module)
        assert sync_environment(client).changed
    sync_environment(client, directories=[folder])
    assert value(f"{module}_folder.{module}.x") == [1, 1]
