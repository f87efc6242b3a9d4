"""Asks the index for the hashes of what it has; an installed distribution no longer knows that of its wheel."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Collection, Iterable
from importlib.util import find_spec

from jupyter_pipeline.environments.plugins import package_indexes
from jupyter_pipeline.environments.plugins.installed import normalise
from jupyter_pipeline.environments.plugins.installer import find_uv, reason

__all__ = ["known"]

_ABSENT = re.compile(r"(?:no version of|No matching distribution found for)\s+([\w.-]+)|([\w.-]+) was not found in")


def known(pins: Iterable[str]) -> tuple[dict[str, tuple[str, ...]], str]:
    """Return the hashes of what an index has, and why some are missing.

    Parameters
    ----------
    pins : iterable of str
        Such as ``numpy==2.1.0``.

    Returns
    -------
    tuple
        By normalised name, hashes such as ``sha256:ab…``, one for each file that the index has in that version (pip
        tells that of the file for this platform alone); and a reason, empty where all are there.
    """
    left = {normalise(pin.partition("==")[0]): pin for pin in pins}
    absent: list[str] = []
    while left:
        ask = _uv if find_uv() else _pip
        found, told = ask(left.values())
        if found:
            return found, _told(absent)
        refused = {normalise(a or b) for a, b in _ABSENT.findall(told)} & left.keys()
        if not refused:
            return {}, told
        absent += refused
        left = {name: pin for name, pin in left.items() if name not in refused}
    return {}, _told(absent)


def _told(absent: Collection[str]) -> str:
    return f"the index does not have {', '.join(sorted(absent))}" if absent else ""


def _uv(pins: Iterable[str]) -> tuple[dict[str, tuple[str, ...]], str]:
    from jupyter_pipeline.environments.lock.lockfile import read

    options = ["--quiet", "--generate-hashes", "--no-deps", "--no-header", "--no-annotate", "--python", sys.executable]
    done = _run([find_uv() or "uv", "pip", "compile", *options, "-"], pins)
    return (dict(read(done.stdout).hashes), "") if done.returncode == 0 else ({}, reason(done.stderr))


def _pip(pins: Iterable[str]) -> tuple[dict[str, tuple[str, ...]], str]:
    if not find_spec("pip"):
        return {}, f"{sys.prefix} has neither uv nor pip"
    options = ["--quiet", "--dry-run", "--ignore-installed", "--no-deps", "--report", "-", "--no-input"]
    done = _run([sys.executable, "-m", "pip", "install", *options, "-r", "/dev/stdin"], pins)
    if done.returncode:
        return {}, reason(done.stderr)
    found = {}
    for item in json.loads(done.stdout)["install"]:
        hashes = item["download_info"].get("archive_info", {}).get("hashes", {})
        if hashes:
            found[normalise(item["metadata"]["name"])] = tuple(f"{kind}:{value}" for kind, value in hashes.items())
    return found, ""


def _run(command: list[str], pins: Iterable[str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **package_indexes.for_uv(os.environ)}
    text = "\n".join(pins)
    return subprocess.run(command, input=text, capture_output=True, text=True, errors="replace", env=environment)
