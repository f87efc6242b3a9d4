"""``jupyter pipeline runs``."""

from __future__ import annotations

import os
import sys
import webbrowser
from typing import Any, ClassVar

from traitlets import Unicode

from jupyter_pipeline import arguments, tables
from jupyter_pipeline.cli.base import Command, Group, emit, note
from jupyter_pipeline.models import RunRecord
from jupyter_pipeline.orchestration.runs import manage as runs
from jupyter_pipeline.workflows import run_history

__all__ = ["RunCommand", "RunsGroup"]


class RunCommand(Command):
    """A command that answers with one run."""

    def show(self, answer: RunRecord) -> str:
        return str(tables.runs([answer]))


class ListRuns(Command):
    """List runs."""

    name = "jupyter-pipeline runs list"
    description = "List the last runs, of one deployment or of all."
    positional = ("[DEPLOYMENT]",)
    limit = Unicode("20", help="How many.").tag(config=True)
    aliases: ClassVar[dict[str, Any]] = {**Command.aliases, "limit": "ListRuns.limit"}

    def work(self, deployment: str = "") -> list[RunRecord]:
        return runs.list_runs(deployment or None, limit=arguments.whole_number("--limit", self.limit, 1, 200))

    def show(self, answer: list[RunRecord]) -> str:
        return str(tables.runs(answer))


class Logs(Command):
    """Print the log of a run."""

    name = "jupyter-pipeline runs logs"
    description = "Print the log of a run; tracebacks point at cells and lines of the notebook."
    positional = ("RUN",)

    def work(self, run: str) -> str:
        return run_history.logs(run)


class Follow(RunCommand):
    """Print the log of a run as it comes."""

    name = "jupyter-pipeline runs follow"
    description = "Print the log of a run as it comes, until it has ended; Ctrl-C leaves the run at work."
    positional = ("RUN",)

    def work(self, run: str) -> RunRecord:
        ended = run_history.follow(run, note if self.as_json else emit)
        self.exit_code = 0 if ended.state == "Completed" else 1
        return ended


class Rerun(RunCommand):
    """Run again."""

    name = "jupyter-pipeline runs rerun"
    description = "Run what is deployed now with the parameters of an earlier run."
    positional = ("RUN",)

    def work(self, run: str) -> RunRecord:
        return runs.rerun(run)


class Open(Command):
    """Open a run in Prefect's pages."""

    name = "jupyter-pipeline runs open"
    description = "Print where Prefect's pages have a run, and open it in a browser where there is one."
    positional = ("RUN",)

    def work(self, run: str) -> dict[str, Any]:
        return {"url": runs.find(run).url}

    def show(self, answer: dict[str, Any]) -> str:
        # Without a display, a browser of the terminal would take the terminal over.
        if sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
            webbrowser.open(answer["url"])
        return str(answer["url"])


class Cancel(RunCommand):
    """Cancel a run."""

    name = "jupyter-pipeline runs cancel"
    description = "Cancel a run; its cluster is stopped."
    positional = ("RUN",)

    def work(self, run: str) -> RunRecord:
        return runs.cancel(run)


class RunsGroup(Group):
    """Runs."""

    name = "jupyter-pipeline runs"
    description = "List, follow, read, repeat and cancel runs."
    subcommands: ClassVar[dict[str, Any]] = {
        "list": (ListRuns, "List the last runs."),
        "logs": (Logs, "Print the log of a run."),
        "follow": (Follow, "Print it as it comes."),
        "rerun": (Rerun, "Run again with the same parameters."),
        "open": (Open, "Open a run in Prefect's pages."),
        "cancel": (Cancel, "Cancel a run."),
    }
