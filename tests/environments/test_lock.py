from __future__ import annotations

import hashlib
import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jupyter_pipeline.environments import locked
from jupyter_pipeline.environments.capture.environment import capture
from jupyter_pipeline.environments.lock import hashes as hashing
from jupyter_pipeline.environments.lock import lockfile as lock
from jupyter_pipeline.exceptions import SoftwareEnvironmentError
from jupyter_pipeline.models import Distribution, Environment, Severity

ENVIRONMENT = Environment(
    python="3.11.7",
    platform="linux-x86_64",
    prefix="/p",
    distributions=(
        Distribution(name="archive", version="1", source="url", url="https://h/archive-1.tar.gz#sha256=ab"),
        Distribution(name="edited", version="1", source="editable", url="file:///src/edited"),
        Distribution(name="fast", version="3.1", source="conda"),
        Distribution(name="numpy", version="2.1.0", extras=("a", "b")),
        Distribution(name="private", version="1", source="vcs", url="git+https://${TOKEN}@h/private@abc"),
    ),
)


def test_every_source_has_its_line() -> None:
    assert lock.requirements(ENVIRONMENT).splitlines() == [
        "# Python 3.11.7, linux-x86_64",
        "archive @ https://h/archive-1.tar.gz#sha256=ab  # archive==1",
        "-e file:///src/edited  # edited==1",
        "fast==3.1",
        "numpy[a,b]==2.1.0",
        "private @ git+https://${TOKEN}@h/private@abc  # private==1",
    ]


def test_a_lock_is_read_as_it_was_written() -> None:
    read = lock.read(lock.requirements(ENVIRONMENT))
    index = Distribution(name="fast", version="3.1")  # a lock does not tell what conda installed
    assert read.distributions == tuple(index if d.name == "fast" else d for d in ENVIRONMENT.distributions)
    assert (read.python, read.platform, read.others) == ("3.11.7", "linux-x86_64", ())


def test_a_lock_of_another_tool_is_read_as_far_as_it_pins() -> None:
    read = lock.read("""
--index-url https://h/simple
numpy==2.1.0 \\
    --hash=sha256:ab \\
    --hash=sha256:cd
    # via pandas
Some_Thing [extra] == 1.0 ; python_version >= "3.0"
never==1.0 ; python_version < "3.0"
loose>=2
""")
    assert [(d.name, d.version) for d in read.distributions] == [("numpy", "2.1.0"), ("some-thing", "1.0")]
    assert read.hashes == {"numpy": ("sha256:ab", "sha256:cd")}
    assert read.others == ("--index-url https://h/simple", "loose>=2")


LOCKED = lock.read("""# Python 3.11.7, linux-x86_64
# Imported: numpy, other
numpy==2.1.0
other==1.0
deep==1.0
edited @ git+https://h/edited@abc  # edited==1.0
""")
HERE = (("numpy", "2.1.0"), ("other", "1.0"), ("deep", "1.0"), ("edited", "1.0"), ("more", "1.0"))


@pytest.mark.parametrize(
    ("changes", "python", "expected"),
    [
        ({}, "3.11.9", {}),
        ({}, "3.12.1", {"python": Severity.BLOCKS}),
        ({"numpy": "1.26.4"}, "3.11.7", {"numpy": Severity.BLOCKS}),
        ({"numpy": "2.2.0"}, "3.11.7", {"numpy": Severity.WARNS}),
        ({"numpy": None}, "3.11.7", {"numpy": Severity.BLOCKS}),
        ({"deep": "9.0"}, "3.11.7", {"deep": Severity.NOTES}),
        ({"deep": None, "other": "1.1"}, "3.11.7", {"deep": Severity.WARNS, "other": Severity.WARNS}),
        ({"more": "9.0"}, "3.11.7", {}),
    ],
)
def test_drift_from_a_lock_is_judged_by_what_the_code_imports(
    changes: dict[str, str | None], python: str, expected: dict[str, Severity]
) -> None:
    versions = {**dict(HERE), **changes}
    origin = {"edited": {"source": "vcs", "url": "git+https://h/edited@abc"}}
    found = tuple(Distribution(name=n, version=v, **origin.get(n, {})) for n, v in versions.items() if v)
    here = Environment(python=python, platform="", prefix="", distributions=found)
    assert {item.package: item.severity for item in lock.compare(LOCKED, here)} == expected


def test_this_process_has_no_drift_from_its_own_lock() -> None:
    text = lock.requirements(capture())
    assert lock.drift(text) == []
    [item] = lock.drift(re.sub(r"^pytest==.*$", "pytest==1.0", text, flags=re.MULTILINE))
    assert (item.package, item.kernel, item.severity) == ("pytest", "1.0", Severity.NOTES)


def test_roots_limit_the_lock_to_what_they_need() -> None:
    names = {
        d.name for d in lock.read(lock.requirements(capture(), roots=["dask", "json", "no_such_module"])).distributions
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
    found = lock.read(lock.requirements(capture(), roots=["jpmodule.inner", "broken"]))
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
    file.write_text(lock.requirements(environment))
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
    text = lock.requirements(_environment(Distribution(name="jpsample", version="1.0")), hashes=True)
    assert text.endswith(f"jpsample==1.0 \\\n    --hash=sha256:{digest}\n")
    assert lock.read(text).hashes == {"jpsample": (f"sha256:{digest}",)}
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
    text = lock.requirements(_environment(absent, Distribution(name="jpsample", version="1.0"), own), hashes=True)
    assert "# jpabsent, jupyter-pipeline: without hashes (the index does not have jpabsent)" in text
    text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("jpabsent"))
    assert list(lock.read(text).hashes) == ["jpsample"]
    python = locked.interpreter(text)
    assert subprocess.run([python, "-c", "import jpsample"], cwd="/", check=False).returncode == 0
    make_wheel(own_index.folder, "1.0", needs="other; python_version < '3'")
    with pytest.raises(SoftwareEnvironmentError, match=r"(?i)hash"):
        locked.interpreter(text + "# Another\n--no-binary nothing\n")


def test_a_lock_without_an_index_has_no_hashes_and_says_why(own_index: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    text = lock.requirements(_environment(Distribution(name="jpsample", version="1.0")), hashes=True)
    assert "# jpsample: without hashes (error" in text
    assert text.endswith("jpsample==1.0\n")
