"""``%pipeline``: start, stop and show the embedded Prefect server and worker."""

from __future__ import annotations

import argparse

from IPython.core.magic import Magics, line_magic, magics_class

from jupyter_pipeline import arguments
from jupyter_pipeline.magics.arguments import Subcommand, argument, documents, interruptible, parse_subcommand

__all__ = ["SUBCOMMANDS", "ServiceMagics"]

SUBCOMMANDS = {
    "up": Subcommand(
        "start the embedded Prefect server and worker",
        (
            argument(
                "--port", default="", metavar="N", help="port of the server; by default the last one, or a free one"
            ),
            argument(
                "--postgres",
                default="",
                metavar="local|URL",
                help="PostgreSQL instead of SQLite: local for its own server, or an address without a password",
            ),
            argument(
                "--workers", default="", metavar="N", help="number of server processes; more need PostgreSQL and Redis"
            ),
            argument(
                "--broker",
                default="",
                metavar="local|URL",
                help="Redis server of several processes: local for its own server, or an address without a password",
            ),
            argument(
                "--migrate",
                action=argparse.BooleanOptionalAction,
                help="copy the deployments of SQLite to PostgreSQL, or leave them there",
            ),
            argument(
                "--take-over",
                action="store_true",
                help="start the service of another host here, if that host is gone",
            ),
        ),
    ),
    "down": Subcommand("stop the embedded Prefect server and worker"),
    "status": Subcommand("show the state and the addresses of the embedded Prefect server and worker"),
}


@magics_class
class ServiceMagics(Magics):
    """The embedded Prefect service."""

    @line_magic
    @documents(SUBCOMMANDS, "%pipeline")
    def pipeline(self, line: str) -> None:
        """Start, stop and show the embedded Prefect server and worker."""
        parsed = parse_subcommand("%pipeline", line, SUBCOMMANDS, default="status")
        if parsed is None:
            return
        command, options = parsed
        from jupyter_pipeline import tables
        from jupyter_pipeline.orchestration import service

        with interruptible(f"%pipeline {command}"):
            if command == "up":
                port = arguments.whole_number("--port", options.port, 1, 65535) if options.port else None
                workers = arguments.whole_number("--workers", options.workers, 1, 32) if options.workers else None
                answer = service.up(
                    port=port,
                    postgres=options.postgres,
                    migrate=options.migrate,
                    workers=workers,
                    broker=options.broker,
                    take_over=options.take_over,
                    progress=print,
                )
            else:
                answer = service.down(progress=print) if command == "down" else service.status()
        print(tables.service(answer, start="%pipeline up" if command == "status" else ""))
