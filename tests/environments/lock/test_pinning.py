from __future__ import annotations

import hashlib
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jupyter_pipeline.environments import locked
from jupyter_pipeline.environments.capture.environment import capture_environment
from jupyter_pipeline.environments.lock import hashes as hashing
from jupyter_pipeline.environments.lock.lockfile import parse_lock
from jupyter_pipeline.environments.lock.pinning import lock_environment
from jupyter_pipeline.exceptions import SoftwareEnvironmentError
from jupyter_pipeline.models import Distribution, Environment


def test_roots_limit_the_lock_to_what_they_need() -> None:
    names = {
        d.name
        for d in parse_lock(
            lock_environment(capture_environment(), modules=["dask", "json", "no_such_module"])
        ).distributions
    }
    assert {"dask", "cloudpickle", "packaging", "pyyaml"} <= names
    assert not {"prefect", "pytest", "distributed"} & names


def test_an_editable_package_is_found_by_the_folder_of_its_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside a metadata folder that a broken install left."""
    source, site = tmp_path / "source", tmp_path / "site"
    for folder in (source / "jpmodule", site / "jp_project-1.0.dist-info", site / "broken-1.0.dist-info"):
        folder.mkdir(parents=True)
    (source / "jpmodule" / "__init__.py").write_text("")
    (site / "broken-1.0.dist-info" / "RECORD").write_text("broken.py,,\n")
    info = site / "jp_project-1.0.dist-info"
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: jp-project\nVersion: 1.0\nRequires-Dist: tabulate\n")
    (info / "direct_url.json").write_text(f'{{"url": "{source.as_uri()}", "dir_info": {{"editable": true}}}}')
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.syspath_prepend(str(source))
    found = parse_lock(lock_environment(capture_environment(), modules=["jpmodule.inner", "broken"]))
    assert [(d.name, d.source) for d in found.distributions] == [("jp-project", "editable"), ("tabulate", "index")]


@pytest.mark.slow
def test_uv_and_pip_both_install_from_the_lock(tmp_path: Path, make_wheel: Callable[..., Path]) -> None:
    wheel = make_wheel(tmp_path, "1.0")
    make_wheel(tmp_path, "2.0", name="jpother")
    environment = Environment(
        python="3.11.7",
        platform="",
        prefix="",
        distributions=(
            Distribution(name="jpother", version="2.0"),
            Distribution(name="jpsample", version="1.0", source="path", url=wheel.as_uri()),
        ),
    )
    file = tmp_path / "requirements.lock"
    file.write_text(lock_environment(environment))
    uv = str(Path(sys.executable).with_name("uv"))
    for tool in ([uv, "pip"], [sys.executable, "-m", "pip"]):
        target = tmp_path / Path(tool[-1] if tool[0] != uv else "uv").name
        command = [*tool, "install", "-q", "--no-index", "--find-links", tmp_path, "--target", target, "-r", file]
        subprocess.run(command, check=True)
        assert {p.name for p in target.glob("jp*[a-z]")} >= {"jpother", "jpsample"}


@pytest.fixture
def own_index(index: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in [n for n in os.environ if n.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_INDEX_URL", index.url)
    monkeypatch.setenv("UV_INDEX_URL", index.url)
    monkeypatch.setenv("UV_NO_CACHE", "1")
    return index


def _environment(*distributions: Distribution) -> Environment:
    return Environment(python=platform.python_version(), platform="", prefix="", distributions=distributions)


@pytest.mark.parametrize("tool", ["uv", "pip"])
def test_a_lock_with_hashes_refuses_another_wheel(
    tool: str, own_index: Any, make_wheel: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if tool == "pip":
        monkeypatch.setattr(hashing, "find_uv", lambda: None)
    wheel = make_wheel(own_index.folder, "1.0")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    text = lock_environment(_environment(Distribution(name="jpsample", version="1.0")), hashes=True)
    assert text.endswith(f"jpsample==1.0 \\\n    --hash=sha256:{digest}\n")
    assert parse_lock(text).hashes == {"jpsample": (f"sha256:{digest}",)}
    file = tmp_path / "requirements.lock"
    file.write_text(text)
    uv = str(Path(sys.executable).with_name("uv"))
    for number, command in enumerate([[uv, "pip"], [sys.executable, "-m", "pip", "--no-cache-dir"]]):
        install = [*command, "install", "-q", "--target", str(tmp_path / f"good-{number}"), "-r", str(file)]
        subprocess.run(install, check=True)
    make_wheel(own_index.folder, "1.0", needs="other; python_version < '3'")
    for number, command in enumerate([[uv, "pip"], [sys.executable, "-m", "pip", "--no-cache-dir"]]):
        install = [*command, "install", "-q", "--target", str(tmp_path / f"bad-{number}"), "-r", str(file)]
        done = subprocess.run(install, capture_output=True, text=True, check=False)
        assert done.returncode
        assert "hash" in done.stderr.lower()


def test_hashes_are_comments_beside_what_has_none_and_are_checked_all_the_same(
    own_index: Any, make_wheel: Callable[..., Path], tmp_path: Path
) -> None:
    make_wheel(own_index.folder, "1.0")
    own = Distribution(name="jupyter-pipeline", version="0", source="editable", url="file:///nowhere")
    absent = Distribution(name="jpabsent", version="7")
    text = lock_environment(_environment(absent, Distribution(name="jpsample", version="1.0"), own), hashes=True)
    assert "# jpabsent, jupyter-pipeline: without hashes (the index does not have jpabsent)" in text
    text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("jpabsent"))
    assert list(parse_lock(text).hashes) == ["jpsample"]
    python = locked.ensure_interpreter(text)
    assert subprocess.run([python, "-c", "import jpsample"], cwd="/", check=False).returncode == 0
    make_wheel(own_index.folder, "1.0", needs="other; python_version < '3'")
    with pytest.raises(SoftwareEnvironmentError, match=r"(?i)hash"):
        locked.ensure_interpreter(text + "# Another\n--no-binary nothing\n")


def test_a_lock_without_an_index_has_no_hashes_and_says_why(own_index: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    text = lock_environment(_environment(Distribution(name="jpsample", version="1.0")), hashes=True)
    assert "# jpsample: without hashes (error" in text
    assert text.endswith("jpsample==1.0\n")
