"""Identify this process, and find its folder for temporary files."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

PLUGIN = "jupyter-pipeline-environment"
PROTOCOL = 4


def process_identity() -> list[Any]:
    """Return an identity that no other running process has: host, boot ID, PID namespace and PID."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        space = os.readlink("/proc/self/ns/pid")  # noqa: PTH115 - the target is no path
    except OSError:
        boot = space = ""
    return [platform.node(), boot, space, os.getpid()]


def scratch_folder(server: Any) -> Path:
    """Return the scratch folder that Dask processes of this user share on this host."""
    folder = Path(server.local_directory)
    return folder if folder.name.startswith("dask-scratch-space") else folder.parent
