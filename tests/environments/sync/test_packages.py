"""Sync packages to workers in separate prefixes, with small wheels and without a network."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, LocalCluster
from waiting import wait_until

from jupyter_pipeline.environments.sync.synchronize import diff_environment, sync_environment
from jupyter_pipeline.exceptions import SyncError
from jupyter_pipeline.models import Severity

pytestmark = pytest.mark.slow


@pytest.fixture
def empty() -> Iterator[Client]:
    """A scheduler without workers."""
    with LocalCluster(n_workers=0, dashboard_address=":0") as cluster, Client(cluster) as client:
        yield client


def _task_state(key: str, dask_scheduler: Any) -> str:
    task = dask_scheduler.tasks.get(key)
    return str(task.state) if task else ""


def _version() -> str:
    import importlib

    try:
        return str(importlib.import_module("jpsample").version)
    except ImportError:
        return "absent"


def _versions(client: Client) -> list[str]:
    return sorted(client.run(_version).values())


@pytest.mark.parametrize("uv", [True, False], ids=["uv", "pip"])
def test_the_kernels_version_is_installed_and_imported_workers_restart(
    uv: bool,
    empty: Client,
    prefix: Callable[[str], Path],
    start_worker: Callable[..., None],
    make_wheel: Callable[..., Path],
    kernel_site: Callable[..., Path],
    tmp_path: Path,
) -> None:
    kernel_site(make_wheel(tmp_path, "1.0"))
    start_worker(empty, prefix("node"), name="one", uv=uv)
    [item] = diff_environment(empty)
    assert (item.package, item.kernel, item.workers, item.severity) == ("jpsample", "1.0", ("",), Severity.NOTES)
    report = sync_environment(empty, directories=[])
    assert [(i["package"], i["before"], i["after"]) for i in report.installed] == [("jpsample", "", "1.0")]
    assert (report.remaining, report.restarted) == ((), ())
    assert _versions(empty) == ["1.0"]
    assert not sync_environment(empty, directories=[]).changed
    kernel_site(make_wheel(tmp_path, "2.0"))
    report = sync_environment(empty, directories=[])
    assert [(i["before"], i["after"]) for i in report.installed] == [("1.0", "2.0")]
    assert len(report.restarted) == 1
    assert report.remaining == ()
    empty.wait_for_workers(1, timeout=30)
    assert _versions(empty) == ["2.0"]


def test_workers_of_one_prefix_install_once_and_the_version_report_is_new(
    empty: Client,
    prefix: Callable[[str], Path],
    start_worker: Callable[..., None],
    make_wheel: Callable[..., Path],
    kernel_site: Callable[..., Path],
    tmp_path: Path,
) -> None:
    kernel_site(make_wheel(tmp_path, "1.0"))
    shared, local = prefix("shared"), prefix("local")
    start_worker(empty, shared, name="one")
    start_worker(empty, shared, name="two")
    start_worker(empty, local, name="three")
    empty.get_versions(packages=["jpsample"])
    report = sync_environment(empty, directories=[])
    assert len(report.installed) == 2
    assert _versions(empty) == ["1.0"] * 3
    reported = empty.get_versions(packages=["jpsample"])["workers"].values()
    assert [v["packages"]["jpsample"] for v in reported] == ["1.0"] * 3


def test_a_worker_that_comes_later_installs_before_its_first_task(
    empty: Client,
    prefix: Callable[[str], Path],
    start_worker: Callable[..., None],
    make_wheel: Callable[..., Path],
    kernel_site: Callable[..., Path],
    tmp_path: Path,
) -> None:
    kernel_site(make_wheel(tmp_path, "1.0"))
    start_worker(empty, prefix("first"), name="first")
    sync_environment(empty, directories=[])
    start_worker(empty, prefix("second"), name="second")
    assert empty.submit(_version, workers=["second"], pure=False).result(timeout=60) == "1.0"


def test_a_sync_before_the_first_worker_counts_for_all(
    empty: Client,
    prefix: Callable[[str], Path],
    start_worker: Callable[..., None],
    make_wheel: Callable[..., Path],
    kernel_site: Callable[..., Path],
    tmp_path: Path,
) -> None:
    """Clusters that adapt begin with none."""
    kernel_site(make_wheel(tmp_path, "1.0"))
    assert sync_environment(empty, directories=[]).installed == ()
    start_worker(empty, prefix("first"), name="first")
    assert empty.submit(_version, pure=False).result(timeout=60) == "1.0"


def test_an_install_may_take_long_and_workers_may_join_meanwhile(
    empty: Client,
    prefix: Callable[[str], Path],
    start_worker: Callable[..., None],
    slow_source: Callable[..., str],
    tmp_path: Path,
) -> None:
    """Distributed waits 30 seconds for another install; here the build alone takes longer."""
    shared = prefix("shared")
    options = {"pip_install": [f"jpslow @ {slow_source(tmp_path / 'source', 32)}"]}
    start_worker(empty, shared, name="one")
    with ThreadPoolExecutor(1) as pool:
        syncing = pool.submit(sync_environment, empty, directories=[], options=options)
        wait_until((tmp_path / "source" / "builds.log").exists, timeout=60)
        start_worker(empty, shared, name="two")
        start_worker(empty, prefix("other"), name="three")
        report = syncing.result(timeout=200)
    assert [(i["package"], i["after"]) for i in report.installed] == [("jpslow", "1.0")]

    def has() -> bool:
        import importlib.util

        return importlib.util.find_spec("jpslow") is not None

    for name in ("one", "two", "three"):
        assert empty.submit(has, workers=[name], pure=False).result(timeout=100), name


def test_chosen_variables_reach_workers_and_later_ones(
    empty: Client,
    prefix: Callable[[str], Path],
    start_worker: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shared = prefix("shared")
    start_worker(empty, shared, name="first")
    monkeypatch.setenv("JP_REGION", "eu")
    monkeypatch.setenv("JP_TOKEN", "hidden")
    report = sync_environment(empty, directories=[], options={"variables": ["JP_REGION", "JP_TOKEN"]})
    assert [note.split()[0] for note in report.notes] == ["JP_TOKEN"]
    for name in ("JP_REGION", "JP_TOKEN"):
        monkeypatch.delenv(name)
    start_worker(empty, shared, name="second")
    for name in ("first", "second"):
        read = empty.submit(
            lambda: (os.environ.get("JP_REGION"), os.environ.get("JP_TOKEN")), workers=[name], pure=False
        )
        assert read.result(timeout=60) == ("eu", None)


def test_a_late_worker_whose_install_fails_takes_no_task_and_says_why(
    empty: Client,
    prefix: Callable[[str], Path],
    start_worker: Callable[..., None],
    make_wheel: Callable[..., Path],
    kernel_site: Callable[..., Path],
    tmp_path: Path,
) -> None:
    kernel_site(make_wheel(tmp_path, "1.0"))
    start_worker(empty, prefix("first"), name="first")
    sync_environment(empty, directories=[])
    broken = prefix("broken")
    [site] = broken.glob("lib/python*/site-packages")
    (site / "jpsample").write_text("in the way of the install")
    reported: list[str] = []
    empty.subscribe_topic("warn", lambda event: reported.append(pickle.loads(event[1]["message"])))
    start_worker(empty, broken, name="broken", nanny=False)
    notes = wait_until(lambda: sync_environment(empty, directories=[]).notes, timeout=60, interval=0.2)
    assert "takes no tasks" in notes[0]
    assert "takes no tasks: its environment could not be prepared" in reported[0]
    waiting = empty.submit(_version, workers=["broken"], pure=False)
    wait_until(lambda: empty.run_on_scheduler(_task_state, key=waiting.key) == "no-worker")
    assert empty.submit(_version, pure=False).result(timeout=30) == "1.0"


def test_a_late_worker_with_another_python_takes_no_task_and_says_so(
    empty: Client, prefix: Callable[[str], Path], start_worker: Callable[..., None]
) -> None:
    """The worker reports another version, because this host may have only one interpreter."""
    start_worker(empty, prefix("first"), name="first")
    sync_environment(empty, directories=[])
    odd = prefix("odd")
    [site] = odd.glob("lib/python*/site-packages")
    (site / "zodd.pth").write_text("import jpodd")
    (site / "jpodd.py").write_text(
        "import distributed.versions as v\nreported = v.get_system_info\n"
        "v.get_system_info = lambda: {**reported(), 'python': '3.99.1.final.0'}\n"
    )
    start_worker(empty, odd, name="odd", nanny=False)
    [note] = sync_environment(empty, directories=[]).notes
    assert "takes no tasks: It runs Python 3.99.1, the kernel 3." in note
    waiting = empty.submit(_version, workers=["odd"], pure=False)
    assert empty.submit(_version, pure=False).result(timeout=30) == "absent"
    assert waiting.status == "pending"


def test_an_unresolvable_package_changes_nothing_and_reports_the_resolvers_reason(
    empty: Client,
    prefix: Callable[[str], Path],
    start_worker: Callable[..., None],
    make_wheel: Callable[..., Path],
    tmp_path: Path,
) -> None:
    make_wheel(tmp_path, "1.0", needs="jpabsent>=3")
    for name in ("one", "two"):
        start_worker(empty, prefix(name), name=name)
    options = {"pip_install": {"packages": ["jpsample"], "pip_options": ["--no-index", "--find-links", str(tmp_path)]}}
    with pytest.raises(SyncError, match=r"(?s)nothing was changed.*jpabsent"):
        sync_environment(empty, directories=[], options=options)
    assert _versions(empty) == ["absent", "absent"]


def test_a_wheel_for_another_platform_is_refused_with_the_reason(
    empty: Client,
    prefix: Callable[[str], Path],
    start_worker: Callable[..., None],
    make_wheel: Callable[..., Path],
    tmp_path: Path,
) -> None:
    wheel = make_wheel(tmp_path, "1.0", tag="py3-none-win_amd64")
    start_worker(empty, prefix("node"), name="one")
    with pytest.raises(SyncError, match=r"(?i)platform|compatible|matching Python version"):
        sync_environment(empty, directories=[], options={"pip_install": [str(wheel)]})
    assert _versions(empty) == ["absent"]


def test_requirements_of_the_profile_are_installed_once(
    empty: Client,
    prefix: Callable[[str], Path],
    start_worker: Callable[..., None],
    make_wheel: Callable[..., Path],
    tmp_path: Path,
) -> None:
    wheel = make_wheel(tmp_path, "1.0")
    start_worker(empty, prefix("node"), name="one")
    options = {"pip_install": [str(wheel)]}
    assert sync_environment(empty, directories=[], options=options).changed
    assert not sync_environment(empty, directories=[], options=options).changed
    assert _versions(empty) == ["1.0"]


def test_a_requirement_that_the_profile_changes_or_drops_counts_for_later_workers_too(
    empty: Client,
    prefix: Callable[[str], Path],
    start_worker: Callable[..., None],
    make_wheel: Callable[..., Path],
    kernel_site: Callable[..., Path],
    tmp_path: Path,
) -> None:
    for old in ("1.0", "2.0"):
        make_wheel(tmp_path, old)
    kernel_site(make_wheel(tmp_path, "3.0"), from_index=True)
    start_worker(empty, prefix("node"), name="one")
    offline = ["--no-index", "--find-links", str(tmp_path)]

    def reported(*requirements: str) -> bool:
        options = {"pip_install": {"packages": list(requirements), "pip_options": offline}}
        return sync_environment(empty, directories=[], options=options).changed

    def version(worker: str) -> str:
        return str(empty.submit(_version, workers=[worker], pure=False).result(timeout=60))

    assert reported("jpsample==1.0")
    assert version("one") == "1.0"
    assert not reported("jpsample==1.0")  # although the kernel has another version
    assert reported("jpsample==2.0")
    assert version("one") == "2.0"
    start_worker(empty, prefix("second"), name="second")
    assert version("second") == "2.0"
    assert reported()
    assert version("one") == "3.0"
    start_worker(empty, prefix("third"), name="third")
    assert version("third") == "3.0"


@pytest.mark.parametrize("tool", ["uv", "pip"])
def test_dependencies_do_not_replace_packages_of_the_kernel(
    tool: str,
    empty: Client,
    prefix: Callable[[str], Path],
    start_worker: Callable[..., None],
    make_wheel: Callable[..., Path],
    kernel_site: Callable[..., Path],
    tmp_path: Path,
) -> None:
    kernel_site(make_wheel(tmp_path, "2.0"), from_index=True)
    make_wheel(tmp_path, "1.0")
    make_wheel(tmp_path, "1.0", name="jpold", needs="jpsample<2")
    make_wheel(tmp_path, "1.0", name="jpcore", needs="dask<2")
    make_wheel(tmp_path, "1.0", name="dask")
    start_worker(empty, prefix("node"), name="one")
    offline = ["--no-index", "--find-links", str(tmp_path)]
    for requirement in ("jpold", "jpcore"):
        options = {"installer": tool, "pip_install": {"packages": [requirement], "pip_options": offline}}
        with pytest.raises(SyncError, match=r"(?s)nothing was changed.*(jpsample|dask)"):
            sync_environment(empty, directories=[], options=options)
    assert _versions(empty) == ["absent"]


def test_workers_that_reach_no_index_get_wheels_from_the_kernel(
    empty: Client,
    prefix: Callable[[str], Path],
    start_worker: Callable[..., None],
    make_wheel: Callable[..., Path],
    kernel_site: Callable[..., Path],
    tmp_path: Path,
) -> None:
    kernel_site(make_wheel(tmp_path, "1.0"), from_index=True)
    start_worker(empty, prefix("a node"), name="one")
    said: list[str] = []
    options = {"pip_install": {"packages": [], "pip_options": ["--no-index"]}}
    report = sync_environment(empty, directories=[], options=options, progress=said.append)
    assert _versions(empty) == ["1.0"]
    assert report.remaining == ()
    assert any("wheels from the kernel" in line for line in said)


def test_requirements_are_fetched_by_the_kernel_where_workers_reach_no_index(
    empty: Client,
    prefix: Callable[[str], Path],
    start_worker: Callable[..., None],
    make_wheel: Callable[..., Path],
    index: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_wheel(index.folder, "1.0", needs="jpneeded")
    make_wheel(index.folder, "1.0", name="jpneeded")
    for name in [n for n in os.environ if n.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("UV_INDEX_URL", "http://127.0.0.1:9/simple")
    start_worker(empty, prefix("a first one"), name="first")
    monkeypatch.setenv("PIP_INDEX_URL", index.url)
    report = sync_environment(empty, directories=[], options={"pip_install": ["jpsample"]})
    assert sorted(i["package"] for i in report.installed) == ["jpneeded", "jpsample"]
    assert _versions(empty) == ["1.0"]
    monkeypatch.delenv("PIP_INDEX_URL")
    start_worker(empty, prefix("a second one"), name="second", uv=False)
    assert empty.submit(_version, workers=["second"], pure=False).result(timeout=60) == "1.0"


def test_an_image_is_only_compared(
    empty: Client,
    prefix: Callable[[str], Path],
    start_worker: Callable[..., None],
    make_wheel: Callable[..., Path],
    kernel_site: Callable[..., Path],
    tmp_path: Path,
) -> None:
    kernel_site(make_wheel(tmp_path, "1.0"))
    start_worker(empty, prefix("node"), name="one")
    report = sync_environment(empty, options={"method": "image"})
    assert not report.changed
    assert [item.package for item in report.remaining if item.kernel != "imported"] == ["jpsample"]
    assert _versions(empty) == ["absent"]


def test_workers_on_other_hosts_get_the_code_and_its_edits(
    empty: Client, prefix: Callable[[str], Path], start_worker: Callable[..., None], tmp_path: Path
) -> None:
    """A worker with a separate temporary folder behaves as on another host."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "jpcode.py").write_text("x = 1")
    (project / "jpdata.bin").write_bytes(bytes(range(256)) * 100_000)
    start_worker(empty, prefix("one"), name="one")
    sync_environment(empty, directories=[project], packages=False)
    start_worker(empty, prefix("two"), name="two")
    empty.wait_for_workers(2, timeout=30)

    def read() -> int:
        import importlib

        return int(importlib.import_module("jpcode").x)

    assert set(empty.run(read).values()) == {1}
    (project / "jpcode.py").write_text("x = 2")
    (project / "jpdata.bin").unlink()
    report = sync_environment(empty, directories=[project], packages=False)
    assert (report.uploaded[0]["changed"], report.uploaded[0]["deleted"]) == (1, 1)
    assert set(empty.run(read).values()) == {2}


def test_a_full_disk_on_one_host_leaves_every_host_as_it_was(
    empty: Client, prefix: Callable[[str], Path], start_worker: Callable[..., None], tmp_path: Path
) -> None:
    """A file in the place of the folder for arriving content stands for a disk that takes nothing."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "jpcode.py").write_text("x = 1")
    for name in ("one", "two"):
        start_worker(empty, prefix(name), name=name)
    sync_environment(empty, directories=[project], packages=False)
    [incoming] = tmp_path.glob("two/scratch/dask-scratch-space*/environment-Scheduler*/incoming")
    incoming.rmdir()
    incoming.write_text("")
    (project / "jpcode.py").write_text("x = 2")
    with pytest.raises(SyncError, match="The previous state is intact"):
        sync_environment(empty, directories=[project], packages=False)
    copies = [p.read_text() for p in tmp_path.glob("*/scratch/**/jpcode.py")]
    assert copies == ["x = 1", "x = 1"]
    incoming.unlink()
    incoming.mkdir()
    sync_environment(empty, directories=[project], packages=False)
    assert [p.read_text() for p in tmp_path.glob("*/scratch/**/jpcode.py")] == ["x = 2", "x = 2"]
