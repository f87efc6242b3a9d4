"""Run the backend suite as a separate user, for batch systems that refuse jobs of root.

Such a user cannot read an interpreter in root's home, and needs a separate state folder, because keys and sockets are
private. So the user's home has a virtual environment of the system's Python and a copy of the project.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import daemons

__all__ = ["run_suite"]

_USER = "jp-testbed"
_NEEDS = [
    "cryptography", "dask-jobqueue", "distributed", "filelock", "httpx", "ipykernel", "jupyter_core", "jupyter_server",
    "pathspec", "psutil", "pytest", "pytest-jupyter", "pytest-timeout", "python-dateutil", "pyyaml", "tabulate",
    "traitlets",
]  # fmt: skip


def run_suite(backend: str, *arguments: str, environ: Mapping[str, str] | None = None) -> int:
    """Run the shared tests on `backend` and return pytest's exit code.

    Parameters
    ----------
    backend : str
        Name of the backend in the suite.
    *arguments : str
        Further arguments of pytest.
    environ : mapping, optional
        Variables that a client of the backend needs.
    """
    try:
        pwd.getpwnam(_USER)
    except KeyError:
        daemons.run("/usr/sbin/useradd", "--create-home", "--shell", "/bin/bash", _USER)
    home = Path(pwd.getpwnam(_USER).pw_dir)
    venv, project = home / "venv", home / "project"
    as_user = [shutil.which("runuser") or "/usr/sbin/runuser", "-u", _USER, "--"]
    if not (venv / "bin/pip").exists():
        print(f"Making {venv} …", flush=True)
        daemons.run(*as_user, "/usr/bin/python3", "-m", "venv", venv, timeout=120)
    daemons.run(*as_user, venv / "bin/pip", "install", "-q", *_NEEDS, timeout=900)
    _copy(Path(__file__).parents[2], project)
    environ = {"HOME": str(home), "USER": _USER, "LOGNAME": _USER, "PATH": os.defpath, **(environ or {})}
    environ |= {"TESTBED_DIR": str(home / "testbed"), "PATH": f"{venv}/bin:{environ['PATH']}"}
    pytest = [venv / "bin/python", "-m", "pytest", "tests/backends/test_every_backend.py", f"--backends={backend}"]
    return subprocess.run([*as_user, *pytest, *arguments], cwd=project, env=environ).returncode


def _copy(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    shutil.copy(source / "pyproject.toml", target)
    for part in ("jupyter_pipeline", "tests"):
        shutil.copytree(source / part, target / part, ignore=shutil.ignore_patterns("__pycache__", "labextension"))
    daemons.run("chown", "-R", f"{_USER}:", target)
