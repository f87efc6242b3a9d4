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

        if command == "list":
            limit = arguments.run_limit("--limit", options.limit)
            return tables.runs(runs.list_runs(options.deployment, limit=limit))
        if command in ("logs", "follow"):
            from jupyter_pipeline.workflows.log_search import query, search

            read = search.follow if command == "follow" else search.search
            with interruptible(f"%runs {command}", "the run continues"):
                for entry in read(query.parse_query({"run": options.run}), note=print):
                    print(search.format_entry(entry))
            return tables.runs([runs.find(options.run)]) if command == "follow" else None
        if command == "show":
            from jupyter_pipeline.workflows import run_details

            print(tables.run_details(run_details.show_run(options.run, html=options.html, notebook=options.notebook)))
            return None
        if command == "open":
            return tables.Link(runs.find(options.run).url)
        return tables.runs([(runs.cancel if command == "cancel" else runs.rerun)(options.run)])
