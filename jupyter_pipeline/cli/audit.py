"""``jupyter pipeline audit``: list recorded actions."""

from __future__ import annotations

from typing import Any, ClassVar

from traitlets import Bool, Unicode

from jupyter_pipeline import arguments, audit, tables
from jupyter_pipeline.audit import AuditEntry
from jupyter_pipeline.cli.base import Command

__all__ = ["Audit"]


class Audit(Command):
    """List recorded actions."""

    name = "jupyter-pipeline audit"
    description = (
        "List who started, changed, ran, stopped, deployed or deleted what, the oldest first. With --all, actions of "
        "other users too, if the administrator's policy names a folder that you may read."
    )
    examples = """
        jupyter pipeline audit --since 2h
        jupyter pipeline audit --all --since 2027-01-31 --json
    """
    since = Unicode("1d", help="Duration until now, or a date or time.").tag(config=True, metavar="TIME")
    everyone = Bool(False, help="Include other users.").tag(config=True)
    aliases: ClassVar[dict[str, Any]] = {**Command.aliases, "since": "Audit.since"}
    flags: ClassVar[dict[str, Any]] = {
        **Command.flags,
        "all": ({"Audit": {"everyone": True}}, "Include other users."),
    }

    def work(self) -> list[AuditEntry]:
        since = arguments.moment("--since", self.since)
        return audit.read_entries(since=since, everyone=self.everyone)

    def show(self, answer: list[AuditEntry]) -> str:
        return str(tables.audit(answer))
