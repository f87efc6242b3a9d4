"""Read conda's records of a prefix, and write an ``environment.yml`` from them."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jupyter_pipeline.environments.lock.lockfile import format_requirement
from jupyter_pipeline.environments.plugins.distributions import strip_credentials
from jupyter_pipeline.models import Environment

__all__ = ["Package", "environment_file", "packages"]

_SYSTEMS = ("linux", "osx", "win")


@dataclass(frozen=True, slots=True)
class Package:
    """A conda package. Its name may differ from the name of the Python distribution in it."""

    name: str
    version: str
    build: str
    channel: str


def packages(prefix: Path | None = None) -> list[Package]:
    """Return the packages that conda installed in a prefix, sorted by name.

    The format of the records is https://docs.conda.io/projects/conda/en/stable/dev-guide/specs/. Records that cannot be
    read are skipped.

    Parameters
    ----------
    prefix : Path, optional
        Folder that contains ``conda-meta``; by default the prefix of this process.
    """
    return sorted(_records(prefix or Path(sys.prefix)), key=lambda package: package.name)


def environment_file(environment: Environment, prefix: Path | None = None) -> str:
    """Return an ``environment.yml`` with conda's packages and, in its ``pip`` section, all others.

    Parameters
    ----------
    environment : Environment
        See `capture.environment.capture_environment`.
    prefix : Path, optional
        Folder that contains ``conda-meta``; by default the prefix of this process.
    """
    import yaml

    found = packages(prefix)
    lines: list[object] = [f"{p.name}={p.version}={p.build}" for p in found]
    if not any(p.name == "python" for p in found):
        lines.insert(0, f"python={environment.python}")
    rest = [format_requirement(d) for d in environment.distributions if d.source != "conda"]
    if rest:
        lines += [*([] if any(p.name == "pip" for p in found) else ["pip"]), {"pip": rest}]
    channels = list(dict.fromkeys(p.channel for p in found if p.channel))
    return str(yaml.safe_dump({"channels": channels or ["conda-forge"], "dependencies": lines}, sort_keys=False))


def _records(prefix: Path) -> Iterator[Package]:
    for file in (prefix / "conda-meta").glob("*.json"):
        try:
            data = json.loads(file.read_text(encoding="utf-8"))
            channel = re.sub(r"/t/[^/]+", "", strip_credentials(str(data.get("channel", ""))))  # a token in the path
            yield Package(data["name"], data["version"], data["build"], _short(channel))
        except (OSError, ValueError, KeyError, AttributeError):
            continue


def _short(channel: str) -> str:
    """Return a channel without the host of Anaconda and without the platform."""
    named = channel.removeprefix("https://conda.anaconda.org/").rstrip("/")
    head, _, last = named.rpartition("/")
    return head if head and (last == "noarch" or ("-" in last and last.split("-")[0] in _SYSTEMS)) else named
