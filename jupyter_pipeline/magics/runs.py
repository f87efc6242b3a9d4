"""``%runs``: list, follow, show, repeat and cancel runs."""

from __future__ import annotations

from typing import Any

from IPython.core.magic import Magics, line_magic, magics_class

from jupyter_pipeline import arguments
from jupyter_pipeline.magics.arguments import Subcommand, argument, documents, interruptible, parse_subcommand
from jupyter_pipeline.models import RUN_LIMIT

__all__ = ["SUBCOMMANDS", "RunsMagics"]

_RUN = argument("run", help="name or id of the run")

SUBCOMMANDS = {
    "list": Subcommand(
        "list the last runs, of one deployment or of all",
        (
            argument("deployment", nargs="?", values="deployments"),
            argument("--limit", metavar="N", help=f"number of runs; by default {RUN_LIMIT}"),
        ),
    ),
    "logs": Subcommand("print the log of a run", (_RUN,)),
    "follow": Subcommand("print the log of a run as it is written, until the run ends", (_RUN,)),
    "show": Subcommand(
        "show a run, and build its report",
        (
            _RUN,
            argument("--html", nargs="?", const="", metavar="PATH", help="build the HTML report"),
            argument("--notebook", nargs="?", const="", metavar="PATH", help="build the executed notebook"),
        ),
    ),
    "rerun": Subcommand("run again with the same parameters", (_RUN,)),
    "open": Subcommand("show the address of a run in Prefect's interface", (_RUN,)),
    "cancel": Subcommand("cancel a run", (_RUN,)),
}


@magics_class
class RunsMagics(Magics):
    """Runs of deployments."""

    @line_magic
    @documents(SUBCOMMANDS, "%runs")
    def runs(self, line: str) -> Any:
        """List, follow, show, repeat and cancel runs."""
        parsed = parse_subcommand("%runs", line, SUBCOMMANDS, default="list")
        if parsed is None:
            return None
        command, options = parsed
        from jupyter_pipeline import tables
        from jupyter_pipeline.orchestration import runs
        from jupyter_pipeline.workflows import run_history

        if command == "list":
            limit = arguments.run_limit("--limit", options.limit)
            return tables.runs(runs.list_runs(options.deployment, limit=limit))
        if command == "logs":
            print(run_history.logs(options.run))
            return None
        if command == "follow":
            with interruptible("%runs follow", "the run continues"):
                return tables.runs([run_history.follow(options.run, print)])
        if command == "show":
            from jupyter_pipeline.workflows import run_details

            print(tables.run_details(run_details.show_run(options.run, html=options.html, notebook=options.notebook)))
            return None
        if command == "open":
            return tables.Link(runs.find(options.run).url)
        return tables.runs([(runs.cancel if command == "cancel" else runs.rerun)(options.run)])
