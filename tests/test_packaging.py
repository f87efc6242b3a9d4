"""The sdist and the wheel are complete, and neither their build nor their installation needs Node."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import jupyter_pipeline

ROOT = Path(__file__).parent.parent
PACKAGE = re.compile(r"jupyter_pipeline/([\w/]+\.py|py\.typed|[\w/]+/[\w-]+\.ya?ml|labextension/.+)")
JUNK = re.compile(
    r"__pycache__|node_modules/|\.py[cod]$|\.ipynb_checkpoints|build_log\.json|\.tsbuildinfo|_cache/|\.git/|~$"
)
TOP = {
    "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "PKG-INFO", "README.md", "docs", "jupyter-config",
    "jupyter_pipeline", "labextension", "notebooks", "pyproject.toml", "tests",
}  # fmt: skip


def test_the_extension_has_the_version_of_the_package() -> None:
    package = json.loads((ROOT / "labextension" / "package.json").read_text())
    assert package["version"] == jupyter_pipeline.__version__


def test_the_changelog_has_a_section_for_the_next_release() -> None:
    titles = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert titles[0] == "[Unreleased]"


def files_of_the_package() -> Iterator[str]:
    """Yield the files of the package, except those that are built."""
    for path in (ROOT / "jupyter_pipeline").rglob("*"):
        if path.is_file() and not {"__pycache__", "labextension"}.intersection(path.parts):
            yield str(path.relative_to(ROOT))


def build(source: Path, kind: str, target: Path, environ: dict[str, str]) -> Path:
    command = [sys.executable, "-m", "build", f"--{kind}", "--no-isolation", "--outdir", target, source]
    done = subprocess.run(command, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = target.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return built


@pytest.fixture(scope="module")
def environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return an environment in which Node is not on the path."""
    folder = tmp_path_factory.mktemp("bin")
    for name in ("sh", "env", "uname"):
        found = shutil.which(name)
        assert found is not None
        (folder / name).symlink_to(found)
    assert not any(shutil.which(name, path=str(folder)) for name in ("node", "npm"))
    return {**{k: v for k, v in os.environ.items() if k != "PYTHONPATH"}, "PATH": str(folder)}


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str]) -> Path:
    """Build the sdist from the files of this checkout with the extension that was built in it."""
    if not (ROOT / "jupyter_pipeline" / "labextension" / "static" / "style.js").exists():
        pytest.fail("The JupyterLab extension is not built: make install", pytrace=False)
    return build(ROOT, "sdist", tmp_path_factory.mktemp("sdist"), environ)


@pytest.fixture(scope="module")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory, environ: dict[str, str]) -> Path:
    """Build the wheel from the unpacked sdist."""
    source = tmp_path_factory.mktemp("source")
    with tarfile.open(sdist) as archive:
        archive.extractall(source, filter="data")
    (unpacked,) = source.iterdir()
    return build(unpacked, "wheel", tmp_path_factory.mktemp("wheel"), environ)


@pytest.mark.slow
def test_the_sdist_has_the_source_and_no_junk(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = [name.partition("/")[2] for name in archive.getnames()]
    assert {name.partition("/")[0] for name in names if not name.startswith(".")} == TOP
    assert [name for name in names if JUNK.search(name)] == []
    assert {"labextension/yarn.lock", "tests/constraints.txt", "jupyter_pipeline/labextension/package.json"} <= {*names}


@pytest.mark.slow
def test_the_wheel_has_the_package_its_assets_and_no_junk(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = [archive.read(name).decode() for name in names if name.endswith(".dist-info/METADATA")]
    version = jupyter_pipeline.__version__
    data, info = f"jupyter_pipeline-{version}.data/data", f"jupyter_pipeline-{version}.dist-info"
    strangers = [n for n in names if not n.startswith((f"{data}/", f"{info}/")) and not PACKAGE.fullmatch(n)]
    assert strangers == []
    assert [name for name in names if JUNK.search(name)] == []
    extension = f"{data}/share/jupyter/labextensions/jupyter-pipeline"
    assert {
        f"{info}/licenses/LICENSE",
        "jupyter_pipeline/py.typed",
        "jupyter_pipeline/labextension/package.json",
        f"{extension}/package.json",
        f"{extension}/install.json",
        f"{data}/etc/jupyter/jupyter_server_config.d/jupyter_pipeline.json",
    } <= set(names)
    assert any(re.fullmatch(rf"{extension}/static/remoteEntry\.\w+\.js", name) for name in names)
    assert any(re.fullmatch(rf"{extension}/schemas/.+\.json", name) for name in names)
    assert re.search(r"^Version: (.+)$", metadata, re.MULTILINE)[1] == version  # type: ignore[index]
    assert {name for name in names if name.startswith("jupyter_pipeline/")} >= set(files_of_the_package())


@pytest.mark.slow
def test_the_wheel_can_be_installed_without_node(wheel: Path, tmp_path: Path, environ: dict[str, str]) -> None:
    home = tmp_path / "environment"
    venv.create(home, symlinks=True)
    python = home / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel]
    subprocess.run(command, env=environ, check=True)
    code = "import jupyter_pipeline; print(jupyter_pipeline.__version__, jupyter_pipeline.__file__)"
    done = subprocess.run([python, "-c", code], env=environ, cwd=tmp_path, capture_output=True, text=True, check=True)
    version, file = done.stdout.split()
    assert version == jupyter_pipeline.__version__
    assert Path(file).is_relative_to(home)
    assert (home / "bin" / "jupyter-pipeline").exists()
    package = json.loads((home / "share/jupyter/labextensions/jupyter-pipeline/package.json").read_text())
    entry = package["jupyterlab"]["_build"]["load"]
    assert (home / "share/jupyter/labextensions/jupyter-pipeline" / entry).is_file()
    config = json.loads((home / "etc/jupyter/jupyter_server_config.d/jupyter_pipeline.json").read_text())
    assert config["ServerApp"]["jpserver_extensions"] == {"jupyter_pipeline": True}
