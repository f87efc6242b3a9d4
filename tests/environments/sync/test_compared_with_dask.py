"""Compare a sync with distributed's ``UploadDirectory``, whose errors it must not repeat, on one cluster.

The plugin is used at its best: what it has uploaded is imported for the first time, as a module of the folder, since it
never makes running workers import anew. ``test_the_plugin_uploads_a_project`` shows that this works where no trap is.
"""

from __future__ import annotations

import importlib
import itertools
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from distributed import Client, LocalCluster
from distributed.diagnostics.plugin import UploadDirectory
from waiting import wait_until

from jupyter_pipeline.environments.sync.synchronize import sync_environment

Write = Callable[[str, str], Path]
Value = Callable[[str], list[object]]
Upload = Callable[[Path | str], None]

pytestmark = pytest.mark.filterwarnings("ignore:Scheduler already contains a plugin")


@pytest.fixture
def upload(client: Client) -> Upload:
    return lambda folder: client.register_plugin(UploadDirectory(str(folder), update_path=True))


def test_the_plugin_uploads_a_project(upload: Upload, write: Write, module: str, value: Value) -> None:
    upload(write(f"{module}.py", "x = 1"))
    assert value(f"project.{module}.x") == [1, 1]


@pytest.mark.parametrize("above", ["tests", "docs", ".git"])
def test_a_project_below_a_folder_of_any_name_arrives(
    above: str, tmp_path: Path, client: Client, upload: Upload, module: str, value: Value
) -> None:
    """The plugin matches the words that it skips with the whole path, and uploads an empty archive."""
    project = tmp_path / above / f"{module}_project"
    project.mkdir(parents=True)
    (project / f"{module}.py").write_text("x = 1")
    upload(project)
    assert value(f"{module}_project.{module}.x") == ["absent", "absent"]
    report = sync_environment(client, directories=[project])
    assert report.uploaded[0]["changed"] == 1
    assert value(f"{module}.x") == [1, 1]


def test_a_trailing_slash_and_a_relative_path_name_the_same_folder(
    write: Write, client: Client, cluster: LocalCluster, module: str, value: Value, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plugin takes its name from what follows the last slash: with one at the end, all folders share one plugin,
    and workers that come later get the last folder alone."""
    project = write(f"{module}.py", "x = 1")
    other = project.with_name("other")
    other.mkdir()
    assert UploadDirectory(f"{project}/").name == UploadDirectory(f"{other}/").name
    monkeypatch.chdir(project.parent)
    assert sync_environment(client, directories=[f"{project}/", f"{other}/"]).changed
    assert not sync_environment(client, directories=["project", "other"]).changed
    assert value(f"{module}.x") == [1, 1]


def test_two_folders_of_one_name_live_side_by_side(
    tmp_path: Path, client: Client, upload: Upload, module: str, value: Value
) -> None:
    """The plugin puts both into one folder, where the second overwrites files of the first."""
    name = f"{module}_lib"
    for which in ("a", "b"):
        folder = tmp_path / which / name
        folder.mkdir(parents=True)
        (folder / "settings.txt").write_text(which)
        (folder / f"{module}_{which}.py").write_text(
            "from pathlib import Path\nx = Path(__file__).with_name('settings.txt').read_text()\n"
        )
        upload(folder)
    assert value(f"{name}.{module}_a.x") == ["b", "b"]
    sync_environment(client, directories=[tmp_path / "a" / name, tmp_path / "b" / name])
    assert value(f"{module}_a.x") == ["a", "a"]
    assert value(f"{module}_b.x") == ["b", "b"]


def test_deleted_files_cannot_be_imported_any_more(
    write: Write, client: Client, upload: Upload, module: str, value: Value
) -> None:
    """The plugin never removes anything."""
    project = write(f"{module}/__init__.py", "")
    write(f"{module}/old.py", "x = 1")
    upload(project)
    sync_environment(client, directories=[project])
    assert value(f"{module}.old.x") == [1, 1]
    (project / module / "old.py").unlink()
    upload(project)
    assert value(f"project.{module}.old.x") == [1, 1]
    report = sync_environment(client, directories=[project])
    assert report.uploaded[0]["deleted"] == 1
    assert value(f"{module}.old.x") == ["absent", "absent"]


def test_edits_of_equal_size_within_one_second_arrive(
    write: Write, client: Client, upload: Upload, module: str, value: Value
) -> None:
    """With the plugin, workers keep what they have imported."""
    project = write(f"{module}.py", "x = 0")
    upload(project)
    assert value(f"project.{module}.x") == [0, 0]
    write(f"{module}.py", "x = 1")
    upload(project)
    assert value(f"project.{module}.x") == [0, 0]
    for number in range(1, 5):
        write(f"{module}.py", f"x = {number}")
        sync_environment(client, directories=[project])
        assert value(f"{module}.x") == [number, number]


def test_a_future_kept_across_an_edit_keeps_its_value_and_hides_no_new_one(
    write: Write, client: Client, upload: Upload, module: str
) -> None:
    """With the plugin, the key of a task does not depend on the code, so the kept result is served after the edit."""
    project = write(f"{module}.py", "def f(x): return x + 1\n")
    sys.path.insert(0, str(project))
    local = importlib.import_module(module)
    sync_environment(client, directories=[project])
    kept = client.submit(local.f, 1)
    assert kept.result() == 2
    write(f"{module}.py", "def f(x): return x + 5\n")
    upload(project)
    assert client.submit(local.f, 1).result() == 2
    sync_environment(client, directories=[project])
    assert client.submit(local.f, 1).result() == 6
    assert kept.result() == 2
    assert client.submit(local.f, 1).key == client.submit(local.f, 1).key


def test_running_the_cell_twice_sends_nothing_twice(
    write: Write, client: Client, cluster: LocalCluster, module: str
) -> None:
    """The plugin packs, sends and unpacks the whole folder each time."""
    project = write(f"{module}.py", "x = 1")
    first, second = UploadDirectory(str(project)), UploadDirectory(str(project))
    assert len(second.data) == len(first.data) > 100
    assert sync_environment(client, directories=[project]).changed
    again = sync_environment(client, directories=[project])
    assert not again.changed
    assert again.uploaded == ()
    with Client(cluster) as restarted_kernel:
        assert not sync_environment(restarted_kernel, directories=[project]).changed


def test_workers_that_join_during_a_sync_end_with_the_new_code(
    write: Write, client: Client, cluster: LocalCluster, module: str, value: Value
) -> None:
    """A worker that registers while a plugin is sent to the others can miss it (dask/distributed#7035)."""
    project = write(f"{module}.py", "x = 0")
    cluster.scale(4)
    try:
        edits = itertools.count(1)

        def edit_until_joined() -> int:
            number = next(edits)
            write(f"{module}.py", f"x = {number}")
            sync_environment(client, directories=[project])
            return number if number >= 30 and len(cluster.scheduler.workers) == 4 else 0

        last = wait_until(edit_until_joined, timeout=60)
        client.wait_for_workers(4, timeout=60)
        assert value(f"{module}.x") == [last] * 4
    finally:
        cluster.scale(2)
