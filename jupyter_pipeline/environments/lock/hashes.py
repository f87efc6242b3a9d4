"""Ask the package index for hashes: the metadata of an installed distribution has no hash of its wheel."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Collection, Iterable
from importlib.util import find_spec

from jupyter_pipeline.environments.lock.lockfile import parse_lock
from jupyter_pipeline.environments.plugins.distributions import normalize_name
from jupyter_pipeline.environments.plugins.installer import failure_reason, find_uv
from jupyter_pipeline.environments.plugins.package_indexes import uv_settings

__all__ = ["find_hashes"]

_ABSENT = re.compile(r"(?:no version of|No matching distribution found for)\s+([\w.-]+)|([\w.-]+) was not found in")


def find_hashes(pins: Iterable[str]) -> tuple[dict[str, tuple[str, ...]], str]:
    """Return the hashes that the index has, and the reason if some are missing.

    Parameters
    ----------
    pins : iterable of str
        Requirements such as ``numpy==2.1.0``.

    Returns
    -------
    tuple
        Hashes such as ``sha256:ab…`` by normalized name, and a reason, which is empty if none is missing. uv returns
        one hash for each file of that version, pip only the hash of the file for this platform.
    """
    pending = {normalize_name(pin.partition("==")[0]): pin for pin in pins}
    absent: list[str] = []
    while pending:
        ask = _uv if find_uv() else _pip
        found, error = ask(pending.values())
        if found:
            return found, _explain(absent)
        refused = {normalize_name(a or b) for a, b in _ABSENT.findall(error)} & pending.keys()
        if not refused:
            return {}, error
        absent += refused
        pending = {name: pin for name, pin in pending.items() if name not in refused}
    return {}, _explain(absent)


def _explain(absent: Collection[str]) -> str:
    return f"the index does not have {', '.join(sorted(absent))}" if absent else ""


def _uv(pins: Iterable[str]) -> tuple[dict[str, tuple[str, ...]], str]:
    options = ["--quiet", "--generate-hashes", "--no-deps", "--no-header", "--no-annotate", "--python", sys.executable]
    done = _run([find_uv() or "uv", "pip", "compile", *options, "-"], pins)
    return (dict(parse_lock(done.stdout).hashes), "") if done.returncode == 0 else ({}, failure_reason(done.stderr))


def _pip(pins: Iterable[str]) -> tuple[dict[str, tuple[str, ...]], str]:
    if not find_spec("pip"):
        return {}, f"{sys.prefix} has neither uv nor pip"
    options = ["--quiet", "--dry-run", "--ignore-installed", "--no-deps", "--report", "-", "--no-input"]
    done = _run([sys.executable, "-m", "pip", "install", *options, "-r", "/dev/stdin"], pins)
    if done.returncode:
        return {}, failure_reason(done.stderr)
    found = {}
    for item in json.loads(done.stdout)["install"]:
        hashes = item["download_info"].get("archive_info", {}).get("hashes", {})
        if hashes:
            found[normalize_name(item["metadata"]["name"])] = tuple(f"{kind}:{value}" for kind, value in hashes.items())
    return found, ""


def _run(command: list[str], pins: Iterable[str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **uv_settings(os.environ)}
    text = "\n".join(pins)
    return subprocess.run(command, input=text, capture_output=True, text=True, errors="replace", env=environment)
