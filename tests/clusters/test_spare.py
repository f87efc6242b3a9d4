from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from jupyter_pipeline import paths
from jupyter_pipeline.clusters import attached, manager, registry
from jupyter_pipeline.clusters.keeper import standby
from jupyter_pipeline.exceptions import ClusterConflictError
from jupyter_pipeline.models import Profile

Make = Callable[..., Profile]


@pytest.fixture(autouse=True)
def no_spare() -> Iterator[None]:
    yield
    standby.discard()


def local(thin: Make) -> Profile:
    return thin("local", cluster_kwargs={"processes": True})


def waiting(processes: Any) -> list[psutil.Process]:
    """Return the spare keepers; a child that one forks looks like it until it runs its own program."""
    parents = {}
    for process in processes():
        with contextlib.suppress(psutil.NoSuchProcess):  # such a child may have ended meanwhile
            if "jupyter_pipeline.clusters.keeper.standby" in " ".join(process.cmdline()):
                parents[process] = process.ppid()
    pids = {process.pid for process in parents}
    return [process for process, parent in parents.items() if parent not in pids]


def test_the_next_cluster_is_kept_by_the_spare(
    thin: Make, processes: Any, left: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SET_BEFORE", "old")
    monkeypatch.setenv("REMOVED", "yes")
    standby.start()
    (ready,) = waiting(processes)
    monkeypatch.setenv("SET_BEFORE", "new")
    monkeypatch.delenv("REMOVED")
    monkeypatch.chdir(tmp_path)
    record = manager.start(local(thin), name="one")
    assert record.keeper is not None
    assert record.keeper.pid == ready.pid

    def look() -> tuple[str, str | None, str | None]:
        import os
        from pathlib import Path

        print("said by a task")
        return str(Path.cwd()), os.environ.get("SET_BEFORE"), os.environ.get("OMP_NUM_THREADS")

    with attached.attach("one") as cluster:
        client = cluster.get_client(set_as_default=False)
        assert client.submit(look).result() == (str(tmp_path), "new", "1")
        client.close()
    assert "said by a task" in manager.logs("one")
    assert left(within=0)
    assert not list(paths.clusters_dir().glob(".jp-*"))


def test_gc_leaves_a_spare_alone_and_it_ends_with_its_process(processes: Any, left: Any) -> None:
    code = (
        "import sys\nfrom jupyter_pipeline.clusters import manager\n"
        "from jupyter_pipeline.clusters.keeper import standby\n"
        "standby.start()\nprint(manager.gc(), flush=True)\nsys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as session:
        assert session.stdout is not None
        assert session.stdout.readline() == b"[]\n"
        assert waiting(processes)
        session.kill()
    assert left(within=20)
    assert not list(paths.clusters_dir().glob(".jp-*"))


@pytest.mark.parametrize("what", ["package", "setting", "death"])
def test_a_spare_that_is_out_of_date_is_not_used(
    thin: Make, processes: Any, left: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    packages = tmp_path / "site-packages"
    packages.mkdir()
    monkeypatch.syspath_prepend(str(packages))
    standby.start()
    (ready,) = waiting(processes)
    if what == "package":
        time.sleep(0.02)
        (packages / "new.dist-info").mkdir()
    elif what == "setting":
        monkeypatch.setenv("DASK_DISTRIBUTED__COMM__RETRY__COUNT", "3")
    else:
        ready.kill()
        ready.wait(5)
    record = manager.start(thin("local", cluster_kwargs={"processes": True}), name="one")
    assert record.keeper is not None
    assert record.keeper.pid != ready.pid
    manager.stop("one")
    assert left()


def test_another_kind_of_cluster_leaves_the_spare(thin: Make) -> None:
    standby.start()
    assert standby.claim(thin()) is None
    assert standby.claim(thin(cluster_class="dask_jobqueue.SLURMCluster")) is None
    claimed = standby.claim(local(thin))
    assert claimed is not None
    standby.release(claimed)


def test_a_refused_start_gives_the_spare_back(thin: Make, processes: Any) -> None:
    profile = local(thin)
    manager.start(profile, name="one")
    standby.start()
    (ready,) = waiting(processes)
    with pytest.raises(ClusterConflictError):
        manager.start(profile, name="one")
    record = manager.start(profile, name="two")
    assert record.keeper is not None
    assert record.keeper.pid == ready.pid
    manager.stop_all()


@pytest.mark.parametrize(("setting", "expected"), [("1", True), ("0", False), ("", False)])
def test_only_sessions_hold_one(monkeypatch: pytest.MonkeyPatch, setting: str, expected: bool) -> None:
    monkeypatch.setenv("JUPYTER_PIPELINE_STANDBY", setting)
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    monkeypatch.delattr(sys, "ps1", raising=False)
    assert standby.is_enabled() is expected


def test_its_folder_is_made_when_it_is_used(processes: Any) -> None:
    standby.start()
    assert registry.list_records(include_ended=True) == []
    assert {p.environ()["JUPYTER_PIPELINE_CLUSTER"][:10] for p in waiting(processes)} == {registry.id_prefix()}
    assert os.getpid() == int(waiting(processes)[0].environ()["JUPYTER_PIPELINE_STANDBY_OF"].split(":")[0])
