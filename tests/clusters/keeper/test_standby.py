from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from waiting import patience

from jupyter_pipeline import paths
from jupyter_pipeline.clusters import attached, manager, registry
from jupyter_pipeline.clusters.keeper import standby
from jupyter_pipeline.exceptions import ClusterConflictError
from jupyter_pipeline.models import Profile

Make = Callable[..., Profile]


@pytest.fixture(autouse=True)
def no_standby_keeper() -> Iterator[None]:
    yield
    standby.discard()


def local(make_profile: Make) -> Profile:
    return make_profile("local", cluster_kwargs={"processes": True})


def find_standby_keepers(tagged_processes: Any) -> list[psutil.Process]:
    """Return the standby keepers, without their forked children that have not yet called exec."""
    parents = {}
    for process in tagged_processes():
        with contextlib.suppress(psutil.NoSuchProcess):  # a child may have exited meanwhile
            if "jupyter_pipeline.clusters.keeper.standby" in " ".join(process.cmdline()):
                parents[process] = process.ppid()
    pids = {process.pid for process in parents}
    return [process for process, parent in parents.items() if parent not in pids]


def test_the_next_cluster_uses_the_standby_keeper(
    make_profile: Make, tagged_processes: Any, nothing_left: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = Path(tempfile.mkdtemp(dir="/tmp"))  # with room for the socket of the fork server
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setenv("SET_BEFORE", "old")
    monkeypatch.setenv("REMOVED", "yes")
    standby.start()
    (ready,) = find_standby_keepers(tagged_processes)
    monkeypatch.setenv("SET_BEFORE", "new")
    monkeypatch.delenv("REMOVED")
    monkeypatch.chdir(tmp_path)
    record = manager.start(local(make_profile), name="one")
    assert record.keeper is not None
    assert record.keeper.pid == ready.pid
    (folder,) = temporary.glob("jupyter-pipeline-fork-*")

    def look() -> tuple[str, str | None, str | None]:
        import os
        from pathlib import Path

        print("printed by a task")
        return str(Path.cwd()), os.environ.get("SET_BEFORE"), os.environ.get("OMP_NUM_THREADS")

    with attached.attach("one") as cluster:
        client = cluster.get_client(set_as_default=False)
        assert client.submit(look).result() == (str(tmp_path), "new", "1")
        client.close()
    assert "printed by a task" in manager.logs("one")
    assert nothing_left(within=0)
    assert not list(paths.clusters_dir().glob(".jp-*"))
    assert not folder.exists()
    assert not list(temporary.glob("pymp-*"))
    shutil.rmtree(temporary)


def test_gc_keeps_a_standby_keeper_which_exits_with_its_parent(tagged_processes: Any, nothing_left: Any) -> None:
    code = (
        "import sys\nfrom jupyter_pipeline.clusters import manager\n"
        "from jupyter_pipeline.clusters.keeper import standby\n"
        "standby.start()\nprint(manager.gc(), flush=True)\nsys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as session:
        assert session.stdout is not None
        assert session.stdout.readline() == b"[]\n"
        assert find_standby_keepers(tagged_processes)
        session.kill()
    assert nothing_left(within=20)
    assert not list(paths.clusters_dir().glob(".jp-*"))


@pytest.mark.parametrize("what", ["package", "setting", "death"])
def test_an_outdated_standby_keeper_is_not_used(
    make_profile: Make,
    tagged_processes: Any,
    nothing_left: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
) -> None:
    packages = tmp_path / "site-packages"
    packages.mkdir()
    monkeypatch.syspath_prepend(str(packages))
    standby.start()
    (ready,) = find_standby_keepers(tagged_processes)
    if what == "package":
        (packages / "new.dist-info").mkdir()
        info = packages.stat()  # clocks of file systems are coarse
        os.utime(packages, ns=(info.st_atime_ns, info.st_mtime_ns + 10**9))
    elif what == "setting":
        monkeypatch.setenv("DASK_DISTRIBUTED__COMM__RETRY__COUNT", "3")
    else:
        ready.kill()
        ready.wait(patience(5))
    record = manager.start(make_profile("local", cluster_kwargs={"processes": True}), name="one")
    assert record.keeper is not None
    assert record.keeper.pid != ready.pid
    manager.stop("one")
    assert nothing_left()


def test_other_kinds_of_clusters_do_not_use_the_standby_keeper(make_profile: Make) -> None:
    standby.start()
    assert standby.claim(make_profile()) is None
    assert standby.claim(make_profile(cluster_class="dask_jobqueue.SLURMCluster")) is None
    claimed = standby.claim(local(make_profile))
    assert claimed is not None
    standby.release(claimed)


def test_a_refused_start_releases_the_standby_keeper(make_profile: Make, tagged_processes: Any) -> None:
    profile = local(make_profile)
    manager.start(profile, name="one")
    standby.start()
    (ready,) = find_standby_keepers(tagged_processes)
    with pytest.raises(ClusterConflictError):
        manager.start(profile, name="one")
    record = manager.start(profile, name="two")
    assert record.keeper is not None
    assert record.keeper.pid == ready.pid
    manager.stop_all()


@pytest.mark.parametrize(("setting", "expected"), [("1", True), ("0", False), ("", False)])
def test_only_sessions_have_a_standby_keeper(monkeypatch: pytest.MonkeyPatch, setting: str, expected: bool) -> None:
    monkeypatch.setenv("JUPYTER_PIPELINE_STANDBY", setting)
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)
    monkeypatch.delattr(sys, "ps1", raising=False)
    assert standby.is_enabled() is expected


def test_a_standby_keeper_has_no_folder(tagged_processes: Any) -> None:
    standby.start()
    assert registry.list_records(include_ended=True) == []
    assert {p.environ()["JUPYTER_PIPELINE_CLUSTER"][:10] for p in find_standby_keepers(tagged_processes)} == {
        registry.id_prefix()
    }
    assert os.getpid() == int(
        find_standby_keepers(tagged_processes)[0].environ()["JUPYTER_PIPELINE_STANDBY_OF"].split(":")[0]
    )
