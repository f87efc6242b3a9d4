"""``%logs``: search the logs of runs, clusters and the service."""

from __future__ import annotations

from IPython.core.magic import Magics, line_magic, magics_class

from jupyter_pipeline.magics.arguments import HelpShown, Parser, interruptible, split

__all__ = ["LogsMagics", "logs_parser"]

_VALUES = {"cluster": "clusters", "deployment": "deployments"}


def logs_parser() -> Parser:
    """Return the parser of ``%logs``."""
    from jupyter_pipeline.workflows.log_search import options

    parser = Parser("%logs", "print logs in the order of time")
    for name, (metavar, text) in options.OPTIONS.items():
        values = options.LEVELS if name == "level" else _VALUES.get(name, "")
        parser.add_argument(f"--{name}", default="", metavar=metavar, help=text, values=values)
    for name, text in options.FLAGS.items():
        parser.add_argument(f"--{name}", action="store_true", help=text)
    parser.add_argument("--json", action="store_true", help="print each entry as a line of JSON")
    return parser


@magics_class
class LogsMagics(Magics):
    """Logs of runs, clusters and the service."""

    @line_magic
    def logs(self, line: str) -> None:
        """Print logs in the order of time, also after the end of the clusters: ``%logs --run RUN``.

        ``%logs --help`` lists the options. ``jupyter pipeline logs`` has the same.
        """
        try:
            values = vars(logs_parser().parse_args(split(line)))
        except HelpShown:
            return
        from jupyter_pipeline.workflows.log_search import query, search

        parsed = query.parse_query(values)
        with interruptible("%logs", "runs and clusters continue"):
            for entry in (search.follow if values["follow"] else search.search)(parsed, note=print):
                print(search.format_entry(entry, as_json=values["json"]))
