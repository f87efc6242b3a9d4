"""Sync to workers on separate hosts: with one prefix for all nodes, and with a prefix per node."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_pipeline.clusters import attached, manager, profiles
from jupyter_pipeline.workflows.environments import diff_cluster, sync_cluster

pytestmark = pytest.mark.backend("slurm-hosts")


@pytest.fixture(scope="module")
def started() -> Iterator[Any]:
    """Start a Slurm whose nodes are hosts, or skip with the reason."""
    import slurm

    reason = slurm.HOSTS.missing()
    if reason:
        pytest.skip(f"slurm-hosts: {reason}")
    with slurm.HOSTS.borrowed() as bed:
        yield bed


@pytest.fixture
def start(started: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], attached.AttachedCluster]]:
    """Return a function that starts one worker on each of two nodes, with an interpreter chosen by the job's shell."""
    for name, value in started.environ.items():
        monkeypatch.setenv(name, value)
    clusters: list[attached.AttachedCluster] = []

    def begin(python: str) -> attached.AttachedCluster:
        kwargs = {"interface": started.network.interface, "memory": "1 GB", "python": python}
        profile = profiles.get_profile("slurm", overrides={f"cluster_kwargs.{k}": v for k, v in kwargs.items()})
        record = manager.start(profile, workers=2)
        clusters.append(attached.attach(record.name))
        manager.wait_for_workers(record.name)
        return clusters[-1]

    yield begin
    for cluster in clusters:
        cluster.close()


def make_prefix(folder: Path) -> Path:
    """Create a virtual environment with all packages of this one. Installs go to the new one."""
    venv.create(folder, with_pip=False, symlinks=True)
    [site] = folder.glob("lib/python*/site-packages")
    (site / "all.pth").write_text(sysconfig.get_path("purelib"))
    return folder


@pytest.fixture
def publish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function that installs a version of a package for this process only."""
    site = tmp_path / "kernel-site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    # The nodes share this host, but not the folders of the kernel's packages.
    monkeypatch.setattr("jupyter_pipeline.environments.sync.synchronize.find_further_sites", dict)

    def install(version: str) -> None:
        info = f"jpsample-{version}.dist-info"
        files = {
            "jpsample/__init__.py": f"version = {version!r}\n",
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: jpsample\nVersion: {version}\n",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        wheel = tmp_path / f"jpsample-{version}-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            for path, text in {**files, f"{info}/RECORD": "".join(f"{path},,\n" for path in files)}.items():
                archive.writestr(path, text)
        shutil.rmtree(site)
        uv = Path(sys.executable).with_name("uv")
        subprocess.run([uv, "pip", "install", "-q", "--target", site, "--no-deps", wheel], check=True)

    return install


def _look(name: str) -> tuple[str, str]:
    import importlib
    import socket

    try:
        module = importlib.import_module(name)
    except ImportError:
        return socket.gethostname(), "absent"
    return socket.gethostname(), str(module.version)


def versions(cluster: attached.AttachedCluster, name: str = "jpsample") -> list[tuple[str, str]]:
    """Return the version that each worker imports, and its host."""
    return sorted(cluster.get_client().run(_look, name).values())


def installed(prefix: Path) -> list[str]:
    """Return the versions in a prefix."""
    return sorted(path.name for path in prefix.glob("lib/python*/site-packages/jpsample-*.dist-info"))


@pytest.mark.parametrize("layout", ["shared", "of-the-node"])
def test_packages_and_code_reach_the_workers_of_every_node(
    layout: str, start: Callable[[str], attached.AttachedCluster], publish: Callable[[str], None], tmp_path: Path
) -> None:
    names = ("shared",) if layout == "shared" else ("n1", "n2")
    prefixes = [make_prefix(tmp_path / "prefixes" / name) for name in names]
    variable = "shared" if layout == "shared" else "$SLURMD_NODENAME"
    cluster = start(f"{tmp_path}/prefixes/{variable}/bin/python")
    assert versions(cluster) == [("n1", "absent"), ("n2", "absent")]

    publish("1.0")
    assert "jpsample" in {item.package for item in diff_cluster(cluster)}
    report = sync_cluster(cluster, directories=[])
    assert {i["package"] for i in report.installed} == {"jpsample"}
    assert versions(cluster) == [("n1", "1.0"), ("n2", "1.0")]
    assert [installed(prefix) for prefix in prefixes] == [["jpsample-1.0.dist-info"]] * len(prefixes)
    assert not sync_cluster(cluster, directories=[]).changed

    publish("2.0")
    sync_cluster(cluster, directories=[])
    assert versions(cluster) == [("n1", "2.0"), ("n2", "2.0")]
    assert [installed(prefix) for prefix in prefixes] == [["jpsample-2.0.dist-info"]] * len(prefixes)
    assert "jpsample" not in {item.package for item in diff_cluster(cluster)}

    project = tmp_path / "project"
    project.mkdir()
    for text in ("version = 1", "version = 2"):
        (project / "local_code.py").write_text(text)
        sync_cluster(cluster, directories=[project], packages=False)
        assert versions(cluster, "local_code") == [("n1", text[-1]), ("n2", text[-1])]


def test_a_worker_that_comes_later_has_what_was_synced(
    start: Callable[[str], attached.AttachedCluster], publish: Callable[[str], None], tmp_path: Path
) -> None:
    for name in ("n1", "n2"):
        make_prefix(tmp_path / "prefixes" / name)
    cluster = start(f"{tmp_path}/prefixes/$SLURMD_NODENAME/bin/python")
    cluster.scale(1)
    publish("1.0")
    project = tmp_path / "project"
    project.mkdir()
    (project / "local_code.py").write_text("version = 1")
    sync_cluster(cluster, directories=[project])
    cluster.scale(2)
    cluster.get_client().wait_for_workers(2, timeout=60)
    assert versions(cluster) == [("n1", "1.0"), ("n2", "1.0")]
    assert versions(cluster, "local_code") == [("n1", "1"), ("n2", "1")]
