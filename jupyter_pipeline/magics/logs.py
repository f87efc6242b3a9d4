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
        import json

        from jupyter_pipeline.workflows import run_history
        from jupyter_pipeline.workflows.log_search import query, search

        parsed = query.parse_query(values)
        with interruptible("%logs", "runs and clusters continue"):
            if values["follow"]:
                is_over = (lambda: run_history.has_ended(parsed.run)) if parsed.run else None
                entries = search.follow(parsed, note=print, is_over=is_over)
            else:
                entries = search.search(parsed, note=print)
            for entry in entries:
                print(json.dumps(entry.to_dict(), ensure_ascii=False) if values["json"] else search.format_entry(entry))
