"""``%cost``: core-hours and costs of clusters."""

from __future__ import annotations

from typing import Any

from IPython.core.magic import Magics, line_magic, magics_class

from jupyter_pipeline.magics.arguments import HelpShown, Parser, split

__all__ = ["CostMagics", "cost_parser"]


def cost_parser() -> Parser:
    """Return the parser of ``%cost``."""
    parser = Parser("%cost", "show core-hours and costs of all clusters, of runs and of notebooks")
    parser.add_argument(
        "--by",
        default="pipeline",
        metavar="GROUPING",
        help="owner, profile, pipeline, notebook, run or month; by default pipeline",
    )
    parser.add_argument("--since", default="", metavar="TIME", help="a date, or a duration before now such as 30d")
    parser.add_argument("--csv", action="store_true", help="print CSV")
    parser.add_argument("--waste", action="store_true", help="show cores and memory without use in place of costs")
    return parser


@magics_class
class CostMagics(Magics):
    """Costs of clusters."""

    @line_magic
    def cost(self, line: str) -> Any:
        """Show core-hours and costs of all clusters: ``%cost --by month --since 30d``."""
        try:
            options = cost_parser().parse_args(split(line))
        except HelpShown:
            return None
        from jupyter_pipeline import tables
        from jupyter_pipeline.workflows import costs

        rows = costs.report_costs(options.by, options.since)
        if options.csv:
            print(costs.to_csv(rows), end="")
            return None
        return (tables.waste if options.waste else tables.costs)(rows, by=options.by)
