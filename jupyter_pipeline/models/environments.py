"""Environments, their differences, and what a sync did."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jupyter_pipeline.models.record import Record

__all__ = ["Distribution", "DriftItem", "Environment", "Severity", "SyncReport"]


class Severity(enum.StrEnum):
    """How much a difference matters."""

    BLOCKS = "blocks"
    WARNS = "warns"
    NOTES = "notes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution(Record):
    """One installed distribution."""

    name: str
    """Normalised (PEP 503)."""
    version: str
    source: str = "index"
    """``index``, ``url``, ``vcs``, ``editable``, ``path`` or ``conda``."""
    url: str = ""
    """Where it came from when not an index, without credentials."""
    extras: tuple[str, ...] = ()
    """Those that other distributions ask for; known when the capture looked for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment(Record):
    """What is installed in one prefix."""

    python: str
    """Full version, such as ``3.12.4``."""
    platform: str
    prefix: str
    distributions: tuple[Distribution, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    """Chosen environment variables; none that looks like a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftItem(Record):
    """One difference between the kernel and the cluster."""

    package: str
    kernel: str
    """Version; empty when absent."""
    scheduler: str
    workers: tuple[str, ...]
    """The distinct versions; an empty string stands for absent."""
    severity: Severity
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport(Record):
    """What a sync did."""

    installed: tuple[Mapping[str, Any], ...] = ()
    """``package``, ``before``, ``after``, ``where``."""
    uploaded: tuple[Mapping[str, Any], ...] = ()
    """``directory``, ``changed``, ``deleted``, ``bytes``."""
    remaining: tuple[DriftItem, ...] = ()
    """What differs still, because it cannot or must not be synced."""
    restarted: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """What the user should know: files that were left out, workers that failed."""
    seconds: float = 0.0

    @property
    def changed(self) -> bool:
        """Whether anything was done."""
        return bool(
            self.installed or self.restarted or any(u.get("changed") or u.get("deleted") for u in self.uploaded)
        )

    @property
    def summary(self) -> str:
        """What was done, in a line."""
        counts = {
            "package installed": len({i["package"] for i in self.installed}),
            "file changed": sum(u.get("changed", 0) for u in self.uploaded),
            "file deleted": sum(u.get("deleted", 0) for u in self.uploaded),
            "byte sent": sum(u.get("bytes", 0) for u in self.uploaded),
            "worker restarted": len(self.restarted),
        }
        told = [f"{n:,} {what if n == 1 else what.replace(' ', 's ', 1)}" for what, n in counts.items() if n]
        return ", ".join(told) or "nothing differed"
