"""A sync of code and packages to the jobs of a real batch system, with shared folders and with their own."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_pipeline import workflows
from jupyter_pipeline.clusters import attached, manager

pytestmark = [pytest.mark.backend("slurm"), pytest.mark.slow]

_TREE = f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"


def _look(name: str) -> tuple[object, str]:
    module = importlib.import_module(name)
    return module.x, str(module.__file__)


@pytest.fixture
def start(bed_of: Callable[[str], Any]) -> Iterator[Callable[..., attached.AttachedCluster]]:
    """Return a function that starts a cluster of two jobs. The cluster is stopped after the test."""
    bed = bed_of("slurm")
    names: list[str] = []

    def begin(**overrides: Any) -> attached.AttachedCluster:
        record = manager.start(bed.profile(**overrides), workers=2)
        names.append(record.name)
        manager.wait_for_workers(record.name)
        return attached.attach(record.name)

    yield begin
    for name in names:
        manager.stop(name)


@pytest.fixture
def code(tmp_path: Path) -> Path:
    folder = tmp_path / "code"
    folder.mkdir()
    (folder / "batch_module.py").write_text("x = 1")
    return folder


@pytest.mark.parametrize("own", [False, True], ids=["shared", "node-local"])
def test_code_reaches_every_node_and_one_that_comes_later(
    own: bool, start: Callable[..., attached.AttachedCluster], code: Path, tmp_path: Path
) -> None:
    folder = f"{tmp_path}/scratch-$SLURM_JOB_ID" if own else str(tmp_path / "scratch")
    cluster = start(cluster_kwargs__local_directory=folder)
    client = cluster.get_client()
    for number in (1, 2):
        (code / "batch_module.py").write_text(f"x = {number}")
        workflows.sync_cluster(cluster, directories=[code], packages=False)
        assert {value for value, _ in client.run(_look, "batch_module").values()} == {number}
    manager.scale(cluster.name, 3)
    client.wait_for_workers(3, timeout=120)
    client.gather([client.submit(int, workers=[w], pure=False) for w in client.scheduler_info(n_workers=-1)["workers"]])
    found = client.run(_look, "batch_module")
    assert {value for value, _ in found.values()} == {2}
    assert len({file for _, file in found.values()}) == (3 if own else 1)


@pytest.fixture
def kernel_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install a package where this process, the kernel, imports from, and that no index has."""
    site = tmp_path / "kernel-site"
    site.mkdir()
    wheel = tmp_path / "jpbatch-1.0-py3-none-any.whl"
    files = {
        "jpbatch.py": "x = '1.0'\n",
        "jpbatch-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: jpbatch\nVersion: 1.0\n",
        "jpbatch-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in {**files, "jpbatch-1.0.dist-info/RECORD": "".join(f"{p},,\n" for p in files)}.items():
            archive.writestr(path, text)
    uv = Path(sys.executable).with_name("uv")
    subprocess.run([uv, "pip", "install", "-q", "--target", site, "--no-deps", wheel], check=True)
    monkeypatch.syspath_prepend(str(site))
    # The jobs share this host, but not the folders of the kernel's packages.
    monkeypatch.setattr("jupyter_pipeline.environments.sync.synchronize.find_further_sites", dict)
    return site


@pytest.mark.skipif(shutil.which("uv", path=str(Path(sys.executable).parent)) is None, reason="needs uv")
def test_a_package_is_installed_once_in_each_nodes_own_prefix(
    start: Callable[..., attached.AttachedCluster], kernel_site: Path, tmp_path: Path
) -> None:
    """Each job creates a separate prefix with all packages of this one before its worker starts."""
    prefix = f"{tmp_path}/prefix-$SLURM_JOB_ID"
    cluster = start(
        cluster_kwargs__python=f"{prefix}/bin/python",
        cluster_kwargs__local_directory=f"{tmp_path}/scratch-$SLURM_JOB_ID",
        cluster_kwargs__job_script_prologue=[
            f"{sys.executable} -m venv --without-pip --symlinks {prefix}",
            f"echo {sysconfig.get_path('purelib')} > {prefix}/{_TREE}/all.pth",
            f"export PATH={Path(sys.executable).parent}{os.pathsep}$PATH",
        ],
    )
    report = workflows.sync_cluster(cluster, directories=[])
    installed = [item for item in report.installed if item["package"] == "jpbatch"]
    assert len({item["where"] for item in installed}) == len(installed) == 2
    found = cluster.get_client().run(_look, "jpbatch")
    assert {value for value, _ in found.values()} == {"1.0"}
    assert len({file for _, file in found.values()}) == 2
    assert not workflows.sync_cluster(cluster, directories=[]).changed
    assert cluster.record().drift["blocks"] == 0
