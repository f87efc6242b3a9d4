"""Private indexes and repositories, by the real installers against real servers on this host."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, LocalCluster

from jupyter_pipeline.environments import locked
from jupyter_pipeline.environments.capture.environment import capture_environment
from jupyter_pipeline.environments.lock.pinning import lock_environment
from jupyter_pipeline.environments.options import parse_options
from jupyter_pipeline.environments.sync.synchronize import sync_environment
from jupyter_pipeline.exceptions import ConfigurationError, SoftwareEnvironmentError, SyncError

OWN = "-e file:///nowhere/jupyter_pipeline  # jupyter-pipeline==0"
SECRET = "s3cret-of-the-index"


@pytest.fixture
def private(index: Any, make_wheel: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> Any:
    make_wheel(index.folder, "1.0")
    index.password = SECRET
    for name in [n for n in os.environ if n.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    return index


@pytest.fixture
def repository(private: Any, tmp_path: Path) -> str:
    """A Git repository behind the same password, served as plain files; return its commit."""
    work, bare = tmp_path / "work", private.folder / "jpsource.git"
    work.mkdir()
    (work / "pyproject.toml").write_text(
        '[project]\nname = "jpsource"\nversion = "1.0"\n'
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    (work / "backend.py").write_text("""
import zipfile
from pathlib import Path
def build_wheel(target, *_):
    files = {
        "jpsource.py": "version = '1.0'",
        "jpsource-1.0.dist-info/METADATA": "Metadata-Version: 2.1\\nName: jpsource\\nVersion: 1.0\\n",
        "jpsource-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    }
    with zipfile.ZipFile(Path(target) / "jpsource-1.0-py3-none-any.whl", "w") as archive:
        for path, text in {**files, "jpsource-1.0.dist-info/RECORD": ""}.items():
            archive.writestr(path, text)
    return "jpsource-1.0-py3-none-any.whl"
""")
    who = ["-c", "user.name=me", "-c", "user.email=me@example.org"]
    for command in (["init", "-q", "-b", "main"], ["add", "."], [*who, "commit", "-q", "-m", "First"]):
        subprocess.run(["git", *command], cwd=work, check=True)
    subprocess.run(["git", "clone", "-q", "--bare", work, bare], check=True)
    subprocess.run(["git", "update-server-info"], cwd=bare, check=True)
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=work, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture(params=["uv", "pip"])
def installer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "pip":
        monkeypatch.setattr(locked, "find_uv", lambda: None)
    return str(request.param)


def ask(python: Path, code: str) -> str:
    return subprocess.run(
        [python, "-I", "-c", code], cwd="/", capture_output=True, text=True, check=True
    ).stdout.strip()


def test_a_private_index_is_named_with_a_reference(
    installer: str, private: Any, monkeypatch: pytest.MonkeyPatch, isolated_state: Path
) -> None:
    text = f"--index-url {private.private('me:${JP_TOKEN}')}\n{OWN}\njpsample==1.0\n"
    with pytest.raises(SoftwareEnvironmentError, match="JP_TOKEN, which is not set"):
        locked.ensure_interpreter(text)
    monkeypatch.setenv("JP_TOKEN", "wrong-password")
    with pytest.raises(SoftwareEnvironmentError) as caught:
        locked.ensure_interpreter(text)
    assert "wrong-password" not in str(caught.value)
    monkeypatch.setenv("JP_TOKEN", SECRET)
    python = locked.ensure_interpreter(text)
    assert ask(python, "import jpsample; print(jpsample.version)") == "1.0"
    found = subprocess.run(["grep", "-rl", SECRET, isolated_state], capture_output=True, text=True, check=False)
    assert found.stdout == ""


def test_a_netrc_file_is_read(installer: str, private: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine 127.0.0.1 login me password {SECRET}\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    python = locked.ensure_interpreter(f"--index-url {private.url}\n{OWN}\njpsample==1.0\n")
    assert ask(python, "import jpsample; print(jpsample.version)") == "1.0"


def test_uv_uses_the_indexes_that_pip_is_configured_for(
    private: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "pip.conf"
    file.write_text(f"[global]\nindex-url = {private.private(f'me:{SECRET}')}\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(file))
    python = locked.ensure_interpreter(f"{OWN}\njpsample==1.0\n")
    assert ask(python, "import jpsample; print(jpsample.version)") == "1.0"


def test_a_private_repository_gets_its_credentials_in_no_argument(
    installer: str, private: Any, repository: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A Git that notes its arguments is first on the path."""
    real = subprocess.run(["which", "git"], capture_output=True, text=True, check=True).stdout.strip()
    spy, log = tmp_path / "bin" / "git", tmp_path / "arguments.log"
    spy.parent.mkdir()
    spy.write_text(f'#!/bin/sh\necho "$@" >> {log}\nexec {real} "$@"\n')
    spy.chmod(0o755)
    monkeypatch.setenv("PATH", f"{spy.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("JP_TOKEN", SECRET)
    address = f"git+http://me:${{JP_TOKEN}}@{private.address}/jpsource.git@{repository}"
    python = locked.ensure_interpreter(f"--no-index\n{OWN}\njpsource @ {address}  # jpsource==1.0\n")
    assert ask(python, "import jpsource; print(jpsource.version)") == "1.0"
    reported = log.read_text()
    assert repository in reported
    assert SECRET not in reported
    [site] = python.parents[1].glob("lib/python*/site-packages")
    [found] = [d for d in capture_environment(directories=[site]).distributions if d.name == "jpsource"]
    assert (found.source, found.url) == ("vcs", f"git+http://{private.address}/jpsource.git@{repository}")
    assert SECRET not in lock_environment(capture_environment(directories=[site]))


def test_a_package_from_git_is_packed_from_its_installed_files(
    repository: str, private: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """So a lock with it can be built without the repository."""
    site = tmp_path / "site"
    uv = Path(sys.executable).with_name("uv")
    local = f"jpsource @ git+{(private.folder / 'jpsource.git').as_uri()}@{repository}"
    subprocess.run([uv, "pip", "install", "-q", "--no-index", "--target", site, local], check=True)
    monkeypatch.syspath_prepend(str(site))
    text = lock_environment(capture_environment(directories=[site]))
    (private.folder / "jpsource.git").rename(tmp_path / "moved.git")
    python = locked.ensure_interpreter(f"--no-index\n{OWN}\n{text}")
    assert ask(python, "import jpsource; print(jpsource.version)") == "1.0"


@pytest.mark.parametrize(
    "environment",
    [
        {"pip_install": ["a @ git+https://me:secret@h/a"]},
        {"pip_install": ["a @ https://token@h/a.whl"]},
        {"pip_install": {"packages": ["a"], "pip_options": ["--index-url", "https://me:secret@h/simple"]}},
        {"pip_install": {"packages": ["a"], "pip_options": ["--index-url=https://me:secret@h/simple"]}},
    ],
)
def test_credentials_by_value_are_refused_and_not_repeated(environment: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="reference") as caught:
        parse_options(environment)
    assert "secret" not in str(caught.value)
    assert "token@" not in str(caught.value)


@pytest.mark.slow
def test_workers_take_credentials_from_their_own_environment(
    private: Any,
    prefix: Callable[[str], Path],
    start_worker: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    options = {
        "pip_install": {"packages": ["jpsample"], "pip_options": ["--index-url", private.private("me:${JP_TOKEN}")]}
    }
    with LocalCluster(n_workers=0, dashboard_address=":0") as cluster, Client(cluster) as client:
        start_worker(client, prefix("without"), name="without")
        with pytest.raises(SyncError, match="no environment variable JP_TOKEN"):
            sync_environment(client, directories=[], options=options)
        client.retire_workers(names=["without"])
        monkeypatch.setenv("JP_TOKEN", SECRET)
        start_worker(client, prefix("with"), name="with")
        monkeypatch.delenv("JP_TOKEN")
        report = sync_environment(client, directories=[], options=options)
        assert [(i["package"], i["after"]) for i in report.installed] == [("jpsample", "1.0")]
        assert SECRET not in str(report) + str(client.get_worker_logs()) + str(client.get_scheduler_logs())
