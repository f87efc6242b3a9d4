"""Table of the audit log."""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_pipeline.audit import AuditEntry
from jupyter_pipeline.tables.base import Table, local

__all__ = ["audit"]


def audit(entries: Sequence[AuditEntry]) -> Table:
    """Return a table of recorded actions."""
    rows = [
        (
            local(entry.time),
            entry.user + (f" (login {entry.login})" if entry.login else ""),
            entry.host,
            entry.front_door,
            entry.action,
            f"{entry.kind} {entry.name}".strip(),
            entry.result,
            "; ".join(filter(None, (entry.error, *(f"{key} {value}" for key, value in entry.details.items())))),
        )
        for entry in entries
    ]
    headers = ("time", "user", "host", "by", "action", "object", "result", "details")
    return Table(headers, rows, "No action is recorded in this time.")
