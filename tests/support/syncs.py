"""Read the log of syncs in a cluster's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_pipeline.paths import parse_object

__all__ = ["read_syncs"]


def read_syncs(folder: Path) -> list[dict[str, Any]]:
    """Return the syncs of the cluster in `folder`, oldest first."""
    log = folder / "syncs.jsonl"
    return [parse_object(line, log) for line in log.read_text().splitlines()] if log.exists() else []
