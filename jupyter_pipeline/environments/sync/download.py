"""Gets wheels of requirements here, for workers that reach no index."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from jupyter_pipeline.environments.plugins import package_indexes
from jupyter_pipeline.environments.plugins.installer import find_uv, reason
from jupyter_pipeline.exceptions import SyncError
from jupyter_pipeline.paths import write_private

__all__ = ["download"]


def download(requirements: Sequence[str], options: Sequence[str]) -> dict[str, bytes]:
    """Return wheels of `requirements` and of all that they need, by file name; what has no wheel is built.

    Parameters
    ----------
    requirements : sequence of str
        Lines of a requirements file.
    options : sequence of str
        Options for pip.

    Raises
    ------
    SyncError
        With pip's reason.
    """
    command, addresses = package_indexes.split(options)
    text, secrets = package_indexes.for_git([*addresses, *requirements], os.environ)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_private(folder / "requirements.txt", "\n".join(text) + "\n")
        arguments = ["wheel", "--no-input", "--quiet", *command, "-w", name, "-r", str(folder / "requirements.txt")]
        done = subprocess.run(
            [*_pip(), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            env={**os.environ, **package_indexes.for_uv(os.environ), **secrets},
        )
        if done.returncode:
            raise SyncError(f"{', '.join(requirements)} could not be fetched here either.\n{reason(done.stderr)}")
        return {file.name: file.read_bytes() for file in sorted(folder.glob("*.whl"))}


def _pip() -> list[str]:
    if find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    uv = find_uv()
    if uv:  # it has no command of its own that keeps wheels
        return [uv, "tool", "run", "--quiet", "--python", sys.executable, "pip"]
    raise SyncError(f"{sys.prefix} has neither pip nor uv to fetch wheels with: install one there.")
