"""``jupyter pipeline runs``: list, follow, show, repeat and cancel runs."""

from __future__ import annotations

import os
import sys
import webbrowser
from typing import Any, ClassVar

from traitlets import Unicode

from jupyter_pipeline import arguments, tables
from jupyter_pipeline.cli.base import Command, Group, emit, note
from jupyter_pipeline.models import RUN_LIMIT, RunRecord, ShownRun
from jupyter_pipeline.orchestration import runs
from jupyter_pipeline.workflows import run_details
from jupyter_pipeline.workflows.log_search import query, search

__all__ = ["RunCommand", "RunsGroup"]


class RunCommand(Command):
    """A command that returns one run."""

    def show(self, answer: RunRecord) -> str:
        return str(tables.runs([answer]))


class ListRuns(Command):
    """List runs."""

    name = "jupyter-pipeline runs list"
    description = "List the last runs, of one deployment or of all."
    examples = "jupyter pipeline runs list daily --limit 5"
    positional = ("[DEPLOYMENT]",)
    values = "deployments"
    limit = Unicode(str(RUN_LIMIT), help="Number of runs.").tag(config=True, metavar="N")
    aliases: ClassVar[dict[str, Any]] = {**Command.aliases, "limit": "ListRuns.limit"}

    def work(self, deployment: str = "") -> list[RunRecord]:
        return runs.list_runs(deployment or None, limit=arguments.run_limit("--limit", self.limit))

    def show(self, answer: list[RunRecord]) -> str:
        return str(tables.runs(answer))


class Logs(Command):
    """Print the log of a run."""

    name = "jupyter-pipeline runs logs"
    description = "Print the log of a run, as jupyter pipeline logs --run RUN does."
    examples = "jupyter pipeline runs logs calm-otter"
    positional = ("RUN",)
    is_stream = True

    def work(self, run: str) -> None:
        for entry in search.search(query.parse_query({"run": run}), note=note):
            sys.stdout.write(search.format_entry(entry, as_json=self.as_json) + "\n")


class Follow(RunCommand):
    """Print the log of a run as it is written."""

    name = "jupyter-pipeline runs follow"
    description = (
        "Print the log of a run as it is written, until the run ends, and then the run. Ctrl-C does not stop the run. "
        "The exit code is 1 if the run did not complete."
    )
    examples = "jupyter pipeline runs follow calm-otter"
    positional = ("RUN",)

    def work(self, run: str) -> RunRecord:
        write = note if self.as_json else emit
        for entry in search.follow(query.parse_query({"run": run}), note=note):
            write(search.format_entry(entry))
        ended = runs.find(run)
        self.exit_code = 0 if ended.state == "Completed" else 1
        return ended


class Rerun(RunCommand):
    """Run again."""

    name = "jupyter-pipeline runs rerun"
    description = "Run the current version with the parameters of an earlier run."
    examples = "jupyter pipeline runs rerun calm-otter"
    positional = ("RUN",)

    def work(self, run: str) -> RunRecord:
        return runs.rerun(run)


class ShowRun(Command):
    """Show a run."""

    name = "jupyter-pipeline runs show"
    description = """Show a run and the path of its report.

    --html and --notebook build the HTML report and the executed notebook: the compiled cells with their outputs."""
    examples = """
        jupyter pipeline runs show calm-otter
        jupyter pipeline runs show calm-otter --html report.html
    """
    positional = ("RUN",)
    html = Unicode(
        None, allow_none=True, help="Build the HTML report, and copy it to PATH; without PATH, print its path."
    ).tag(config=True, metavar="[PATH]")
    notebook = Unicode(
        None, allow_none=True, help="Build the executed notebook, and copy it to PATH; without PATH, print its path."
    ).tag(config=True, metavar="[PATH]")
    aliases: ClassVar[dict[str, Any]] = {
        **Command.aliases,
        "html": "ShowRun.html",
        "notebook": "ShowRun.notebook",
    }
    flags: ClassVar[dict[str, Any]] = {
        **Command.flags,
        "html": ({"ShowRun": {"html": ""}}, ""),
        "notebook": ({"ShowRun": {"notebook": ""}}, ""),
    }

    def work(self, run: str) -> ShownRun:
        return run_details.show_run(run, html=self.html, notebook=self.notebook)

    def show(self, answer: ShownRun) -> str:
        return tables.run_details(answer)


class Open(Command):
    """Open a run in Prefect's interface."""

    name = "jupyter-pipeline runs open"
    description = "Print the address of a run in Prefect's interface, and open it in a browser if there is one."
    examples = "jupyter pipeline runs open calm-otter"
    positional = ("RUN",)

    def work(self, run: str) -> dict[str, Any]:
        return {"url": runs.find(run).url}

    def show(self, answer: dict[str, Any]) -> str:
        # Without a display, `webbrowser` may start a text browser in this terminal.
        if sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
            webbrowser.open(answer["url"])
        return str(answer["url"])


class Cancel(RunCommand):
    """Cancel a run."""

    name = "jupyter-pipeline runs cancel"
    description = "Cancel a run and stop its cluster."
    examples = "jupyter pipeline runs cancel calm-otter"
    positional = ("RUN",)

    def work(self, run: str) -> RunRecord:
        return runs.cancel(run)


class RunsGroup(Group):
    """Runs."""

    name = "jupyter-pipeline runs"
    description = "List, follow, show, repeat and cancel runs."
    subcommands: ClassVar[dict[str, Any]] = {
        "list": (ListRuns, "List the last runs."),
        "logs": (Logs, "Print the log of a run."),
        "follow": (Follow, "Print the log of a run as it is written."),
        "show": (ShowRun, "Show a run, and build its report."),
        "rerun": (Rerun, "Run again with the same parameters."),
        "open": (Open, "Open a run in Prefect's interface."),
        "cancel": (Cancel, "Cancel a run."),
    }
