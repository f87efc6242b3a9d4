"""Download wheels in the kernel for workers that cannot reach a package index."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from jupyter_pipeline.environments.plugins.installer import failure_reason, find_uv
from jupyter_pipeline.environments.plugins.package_indexes import git_settings, split_options, uv_settings
from jupyter_pipeline.exceptions import SyncError
from jupyter_pipeline.paths import write_private

__all__ = ["download_wheels"]


def download_wheels(requirements: Sequence[str], options: Sequence[str]) -> dict[str, bytes]:
    """Return wheels of `requirements` and of their dependencies, by file name; build those without a wheel.

    Parameters
    ----------
    requirements : sequence of str
        Lines of a requirements file.
    options : sequence of str
        Options for pip.

    Raises
    ------
    SyncError
        The download failed; the message has pip's error.
    """
    command, addresses = split_options(options)
    text, secrets = git_settings([*addresses, *requirements], os.environ)
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
            env={**os.environ, **uv_settings(os.environ), **secrets},
        )
        if done.returncode:
            raise SyncError(
                f"{', '.join(requirements)} could not be downloaded by the kernel either.\n"
                + failure_reason(done.stderr)
            )
        return {file.name: file.read_bytes() for file in sorted(folder.glob("*.whl"))}


def _pip() -> list[str]:
    if find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    uv = find_uv()
    if uv:  # uv has no command that downloads wheels
        return [uv, "tool", "run", "--quiet", "--python", sys.executable, "pip"]
    raise SyncError(f"{sys.prefix} has neither pip nor uv to download wheels. Install one there.")
