"""``jupyter pipeline logs``: search the logs of runs, clusters and the service."""

from __future__ import annotations

import sys
from typing import Any, ClassVar

from traitlets import Bool, Unicode

from jupyter_pipeline.cli.base import Command, note
from jupyter_pipeline.workflows.log_search import options, query, search

__all__ = ["Logs"]


class Logs(Command):
    """Search logs."""

    name = "jupyter-pipeline logs"
    description = (
        "Print the logs of runs, their workers, clusters and the service in the order of time, also after the end "
        "of the clusters. With --json, each entry is one line of JSON."
    )
    examples = """
        jupyter pipeline logs --run calm-otter
        jupyter pipeline logs --deployment daily --since 2d --level warning
        jupyter pipeline logs --all --grep "out of memory" --json
    """
    run = Unicode("").tag(config=True, metavar="RUN")
    cluster = Unicode("").tag(config=True, metavar="CLUSTER")
    deployment = Unicode("").tag(config=True, metavar="DEPLOYMENT")
    since = Unicode("").tag(config=True, metavar="TIME")
    until = Unicode("").tag(config=True, metavar="TIME")
    grep = Unicode("").tag(config=True, metavar="EXPRESSION")
    level = Unicode("").tag(config=True, metavar="LEVEL")
    tail = Unicode("").tag(config=True, metavar="N")
    all = Bool(False).tag(config=True)
    follow = Bool(False).tag(config=True)
    aliases: ClassVar[dict[str, Any]] = {
        **Command.aliases,
        **{name: (f"Logs.{name}", f"{text[:1].upper()}{text[1:]}.") for name, (_, text) in options.OPTIONS.items()},
    }
    flags: ClassVar[dict[str, Any]] = {
        **Command.flags,
        **{name: ({"Logs": {name: True}}, f"{text[:1].upper()}{text[1:]}.") for name, text in options.FLAGS.items()},
    }

    is_stream = True

    def work(self) -> None:
        parsed = query.parse_query({name: getattr(self, name) for name in (*options.OPTIONS, "all")})
        for entry in (search.follow if self.follow else search.search)(parsed, note=note):
            sys.stdout.write(search.format_entry(entry, as_json=self.as_json) + "\n")
            if self.follow:
                sys.stdout.flush()
