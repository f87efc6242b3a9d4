"""Find backends: the built-in ones, and one of another distribution, installed from a wheel."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jupyter_pipeline.clusters import backends, manager, profiles, registry
from jupyter_pipeline.clusters.backends import registry as backend_registry
from jupyter_pipeline.models import ClusterState, Profile

MODULE = """\
from distributed import LocalCluster

from jupyter_pipeline.clusters.backends.local import LocalBackend


class CampusCluster(LocalCluster):
    pass


class CampusBackend(LocalBackend):
    name = "campus"
    cluster_classes = ("campus_backend.CampusCluster",)
    sources = ()

    def check(self, profile):
        if "building" not in profile.environment.get("variables", {}):
            yield "The campus needs environment.variables.building."

    def prepare(self, profile, context):
        (context.directory / "campus").touch()
        return super().prepare(profile, context)
"""
ENTRY_POINTS = """\
[jupyter_pipeline.backends]
campus = campus_backend:CampusBackend
"""
BROKEN = """\
broken = campus_backend:NoSuchBackend
other = campus_backend:CampusCluster
"""
PROFILE = """\
profiles:
  campus:
    cluster_class: campus_backend.CampusCluster
"""


def build_wheel(folder: Path, entry_points: str) -> Path:
    """Write the wheel of a distribution with one module."""
    files = {
        "campus_backend.py": MODULE,
        "campus-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: campus\nVersion: 1.0\n",
        "campus-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "campus-1.0.dist-info/entry_points.txt": entry_points,
    }
    files["campus-1.0.dist-info/RECORD"] = "".join(f"{name},,\n" for name in files)
    wheel = folder / "campus-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return wheel


def forget_backends() -> None:
    backend_registry.get_backend_class.cache_clear()
    backend_registry._plugins.cache_clear()


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Install the distribution with these entry points, for this process and those that it starts."""

    def act(entry_points: str) -> None:
        target = tmp_path / "site"
        wheel = build_wheel(tmp_path, entry_points)
        pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", target, wheel]
        subprocess.run(pip, check=True, env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"})
        monkeypatch.syspath_prepend(str(target))
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(target), os.environ.get("PYTHONPATH")))))
        forget_backends()

    yield act
    sys.modules.pop("campus_backend", None)
    forget_backends()


@pytest.mark.parametrize(
    ("cluster_class", "name"),
    [
        ("distributed.LocalCluster", "local"),
        ("dask.distributed.LocalCluster", "local"),
        ("mysite.LocalCluster", "local"),
        ("dask_jobqueue.SLURMCluster", "slurm"),
        ("dask_jobqueue.slurm.SLURMCluster", "slurm"),
        ("distributed.SSHCluster", "ssh"),
        ("jupyter_pipeline.clusters.backends.vm.VMCluster", "vm"),
        ("dask_cloudprovider.generic.vmcluster.VMCluster", "cloud"),
        ("dask_kubernetes.operator.KubeCluster", "kubernetes"),
        ("mysite.SLURMCluster", "generic"),
        ("mysite.Cluster", "generic"),
    ],
)
def test_the_class_decides_on_the_backend(cluster_class: str, name: str) -> None:
    assert backends.get_backend_class(cluster_class).name == name


def test_each_built_in_profile_has_a_backend_of_its_name() -> None:
    names = {path.stem for path in (Path(profiles.__file__).parent / "builtin").glob("*.yaml")}
    assert names <= {backend.name for backend in backend_registry._builtin()}
    for name in names:
        assert backends.get_backend(profiles.get_profile(name)).name == name


def test_a_backend_does_not_import_dask() -> None:
    code = (
        "import sys; from jupyter_pipeline.clusters import backends; list(backends.list_backends()); "
        "assert not {'dask', 'distributed', 'asyncssh', 'dask_gateway'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_backend_of_another_package_checks_its_profile(install: Callable[[str], None], tmp_path: Path) -> None:
    install(ENTRY_POINTS)
    (tmp_path / "jupyter-pipeline.yaml").write_text(PROFILE)
    (tmp_path / "jupyter-pipeline.yaml").chmod(0o600)
    command = [sys.executable, "-m", "jupyter_pipeline", "profiles", "check", "campus"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode != 0
    assert "The campus needs environment.variables.building." in done.stdout + done.stderr


def test_a_backend_of_another_package_starts_a_cluster(
    install: Callable[[str], None], make_profile: Callable[..., Profile], nothing_left: Callable[..., bool]
) -> None:
    install(ENTRY_POINTS)
    profile = make_profile(cluster_class="campus_backend.CampusCluster", environment={"variables": {"building": "A1"}})
    record = manager.start(profile, name="one")
    assert record.state is ClusterState.RUNNING
    assert (registry.cluster_dir(record.id) / "campus").exists()
    assert manager.wait_for_workers("one").workers == 1
    manager.stop("one")
    assert nothing_left()


def test_a_broken_backend_is_ignored_with_a_warning(install: Callable[[str], None]) -> None:
    install(ENTRY_POINTS + BROKEN)
    with pytest.warns(UserWarning, match="is ignored") as found:
        assert backends.get_backend_class("campus_backend.CampusCluster").name == "campus"
    messages = [str(warning.message) for warning in found]
    assert len(messages) == 2
    assert "The backend 'broken' of campus is ignored (AttributeError" in messages[0]
    assert "is not a subclass of" in messages[1]
    assert messages[1].endswith("Update or uninstall campus.")
