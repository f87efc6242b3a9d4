"""``jupyter pipeline deploy`` and ``jupyter pipeline slice``: notebook cells without a kernel."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from traitlets import Bool, Unicode
from traitlets import List as ListTrait

from jupyter_pipeline import pipeline
from jupyter_pipeline.app.base import Command, note
from jupyter_pipeline.exceptions import ConfigurationError, UsageError
from jupyter_pipeline.promotion import Cell, marked_cells, read_notebook, select_cell, slice_cells

__all__ = ["Deploy", "Slice"]


def _read(notebook: str) -> list[Cell]:
    if notebook == "-":
        return read_notebook(sys.stdin.buffer.read())
    try:
        return read_notebook(Path(notebook).read_bytes())
    except OSError as error:
        raise ConfigurationError(notebook, "", f"cannot be read ({error.strerror})", "Give a notebook file.") from error


class Deploy(Command):
    """Promote a notebook cell to a scheduled deployment."""

    name = "jupyter-pipeline deploy"
    description = "Promote a cell of a notebook (a file, or - for standard input) to a scheduled Prefect deployment."
    examples = """
        jupyter pipeline deploy report.ipynb --cell daily --name daily --cron "0 6 * * *" --profile local
    """
    positional = ("NOTEBOOK",)
    cell = ListTrait(Unicode(), help="Index from 0, id or tag; may be repeated.").tag(config=True)
    deployment_name = Unicode("", help="Name of the deployment.").tag(config=True)
    path = Unicode("", help="Where the notebook is, when it comes from standard input.").tag(config=True)
    cron = Unicode("", help="Schedule as a cron expression.").tag(config=True)
    every = Unicode("", help="Schedule as an interval, such as 15m.").tag(config=True)
    rrule = Unicode("", help="Schedule as a recurrence rule (RFC 5545).").tag(config=True)
    timezone = Unicode("", help="Time zone of the schedule; by default the local one.").tag(config=True)
    profile = Unicode("", help="Cluster profile of the runs.").tag(config=True)
    work_pool = Unicode("", help="Work pool of a Prefect server of your own.").tag(config=True)
    retries = Unicode("0", help="How often a failed step is tried again.").tag(config=True)
    param = ListTrait(Unicode(), help="Name that becomes a parameter; may be repeated.").tag(config=True)
    tag = ListTrait(Unicode(), help="Tag of the deployment; may be repeated.").tag(config=True)
    dry_run = Bool(False, help="Show what would be done and change nothing.").tag(config=True)
    overwrite = Bool(False, help="Replace generated files that were edited by hand.").tag(config=True)
    aliases: ClassVar[dict[str, Any]] = {
        **Command.aliases,
        "name": "Deploy.deployment_name",
        "work-pool": "Deploy.work_pool",
        **{
            option: f"Deploy.{option}"
            for option in ("cell", "path", "cron", "every", "rrule", "timezone", "profile", "retries", "param", "tag")
        },
    }
    flags: ClassVar[dict[str, Any]] = {
        **Command.flags,
        "dry-run": ({"Deploy": {"dry_run": True}}, "Show what would be done and change nothing."),
        "overwrite": ({"Deploy": {"overwrite": True}}, "Replace files that were edited by hand."),
    }

    def work(self, notebook: str) -> pipeline.Deployed:
        where = Path(self.path or notebook)
        if notebook == "-" and not self.path:
            raise UsageError("With a notebook from standard input, --path must say where it is.")
        cells = _read(notebook)
        targets = [select_cell(cells, text) for text in self.cell] or marked_cells(cells)
        options = pipeline.options(
            name=self.deployment_name,
            notebook=where.name,
            cron=self.cron,
            every=self.every,
            rrule=self.rrule,
            timezone=self.timezone,
            profile=self.profile,
            work_pool=self.work_pool,
            retries=self.retries,
            parameters=self.param,
            tags=self.tag,
        )
        return pipeline.deploy_cell(
            cells,
            targets[0] if len(targets) == 1 else targets,
            options,
            folder=where.absolute().parent,
            overwrite=self.overwrite,
            dry_run=self.dry_run,
            progress=note,
        )

    def show(self, answer: pipeline.Deployed) -> str:
        lines = [f"note: {text}" for text in answer.notes]
        if answer.deployment is None:
            lines += [answer.changes or "No file would change.", "Nothing was written (dry run)."]
        else:
            lines.append(f"Deployed {answer.deployment.name!r}, version {answer.version[:12]}: {answer.folder}")
        if answer.deployment is not None and answer.deployment.paused:
            return "\n".join(
                [*lines, f"It is paused. Resume it: jupyter pipeline deployments resume {answer.deployment.name}"]
            )
        local = [datetime.fromtimestamp(t).astimezone() for t in answer.next_runs]
        lines += [f"  next run {t:%a %d %b %Y %H:%M:%S %Z}" for t in local]
        return "\n".join(lines)


class Slice(Command):
    """Print the smallest program that a cell needs."""

    name = "jupyter-pipeline slice"
    description = "Print the smallest program that gives what a cell of a notebook gives."
    positional = ("NOTEBOOK",)
    cell = Unicode("", help="Index from 0, id or tag of the cell.").tag(config=True)
    aliases: ClassVar[dict[str, Any]] = {**Command.aliases, "cell": "Slice.cell"}

    def work(self, notebook: str) -> dict[str, Any]:
        if not self.cell:
            raise UsageError("Name the cell: --cell INDEX, --cell ID or --cell TAG.")
        cells = _read(notebook)
        sources = [c.source if c.kind == "code" else "" for c in cells]
        return slice_cells(sources, select_cell(cells, self.cell)).to_dict()

    def show(self, answer: dict[str, Any]) -> str:
        return "".join(f"# note: {text}\n" for text in answer["notes"]) + str(answer["source"])
