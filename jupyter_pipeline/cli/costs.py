"""``jupyter pipeline cost``: core-hours and costs of clusters."""

from __future__ import annotations

from typing import Any, ClassVar

from traitlets import Bool, Unicode

from jupyter_pipeline import tables
from jupyter_pipeline.cli.base import Command
from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import CostRow
from jupyter_pipeline.workflows import costs

__all__ = ["Cost"]


class Cost(Command):
    """Show core-hours and costs."""

    name = "jupyter-pipeline cost"
    description = (
        "Show core-hours and costs of all clusters, of runs and of notebooks. Running clusters count until now. "
        "Currencies are not added."
    )
    examples = """
        jupyter pipeline cost --by month
        jupyter pipeline cost --by pipeline --since 2026-11-01 --csv > november.csv
        jupyter pipeline cost --by notebook --waste
    """
    by = Unicode("pipeline", help="Grouping: owner, profile, pipeline, notebook, run or month.").tag(
        config=True, metavar="GROUPING"
    )
    since = Unicode("", help="Start of the time that counts: a date, or a duration before now such as 30d.").tag(
        config=True, metavar="TIME"
    )
    as_csv = Bool(False, help="Print CSV.").tag(config=True)
    waste = Bool(False, help="Show cores and memory without use in place of costs.").tag(config=True)
    aliases: ClassVar[dict[str, Any]] = {**Command.aliases, "by": "Cost.by", "since": "Cost.since"}
    flags: ClassVar[dict[str, Any]] = {
        **Command.flags,
        "csv": ({"Cost": {"as_csv": True}}, "Print CSV."),
        "waste": ({"Cost": {"waste": True}}, "Show cores and memory without use in place of costs."),
    }

    def work(self) -> list[CostRow]:
        if self.as_csv and self.as_json:
            raise UsageError("The options --csv and --json exclude each other. Give one of them.")
        return costs.report_costs(self.by, self.since)

    def show(self, answer: list[CostRow]) -> str:
        if self.as_csv:
            return costs.to_csv(answer)
        return str((tables.waste if self.waste else tables.costs)(answer, by=self.by))
