"""Records of environments, their differences and syncs."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jupyter_pipeline.models.record import Record

__all__ = ["Distribution", "DriftItem", "Environment", "Severity", "SyncReport"]


class Severity(enum.StrEnum):
    """Severity of a difference."""

    BLOCKS = "blocks"
    WARNS = "warns"
    NOTES = "notes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution(Record):
    """One installed distribution."""

    name: str
    """Normalized name (PEP 503)."""
    version: str
    source: str = "index"
    """``index``, ``url``, ``vcs``, ``editable``, ``path`` or ``conda``."""
    url: str = ""
    """Origin if not an index, without credentials."""
    extras: tuple[str, ...] = ()
    """Extras that other distributions require. Filled on request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment(Record):
    """Distributions installed in one prefix."""

    python: str
    """Full version, such as ``3.12.4``."""
    platform: str
    prefix: str
    distributions: tuple[Distribution, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    """Selected environment variables, without secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftItem(Record):
    """One difference between the kernel and the cluster."""

    package: str
    kernel: str
    """Version in the kernel. Empty if absent."""
    scheduler: str
    workers: tuple[str, ...]
    """Distinct versions on the workers. An empty string means absent."""
    severity: Severity
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport(Record):
    """Result of a sync."""

    installed: tuple[Mapping[str, Any], ...] = ()
    """``package``, ``before``, ``after``, ``where``."""
    uploaded: tuple[Mapping[str, Any], ...] = ()
    """``directory``, ``changed``, ``deleted``, ``bytes``."""
    remaining: tuple[DriftItem, ...] = ()
    """Differences that sync cannot or must not remove."""
    restarted: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """Messages for the user, such as skipped files and failed workers."""
    seconds: float = 0.0

    @property
    def changed(self) -> bool:
        """True if the sync changed anything."""
        return bool(
            self.installed or self.restarted or any(u.get("changed") or u.get("deleted") for u in self.uploaded)
        )

    @property
    def summary(self) -> str:
        """Summary in one line."""
        counts = {
            "package installed": len({i["package"] for i in self.installed}),
            "file changed": sum(u.get("changed", 0) for u in self.uploaded),
            "file deleted": sum(u.get("deleted", 0) for u in self.uploaded),
            "byte sent": sum(u.get("bytes", 0) for u in self.uploaded),
            "worker restarted": len(self.restarted),
        }
        parts = [f"{n:,} {text if n == 1 else text.replace(' ', 's ', 1)}" for text, n in counts.items() if n]
        return ", ".join(parts) or "nothing differed"
