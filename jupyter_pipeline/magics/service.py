"""``%pipeline up | down | status``: the embedded Prefect server and worker."""

from __future__ import annotations

from IPython.core.magic import Magics, line_magic, magics_class

from jupyter_pipeline.magics.arguments import HelpShown, Parser, interruptible, split, subcommand

__all__ = ["SUBCOMMANDS", "ServiceMagics"]

SUBCOMMANDS = {
    "up": "start the embedded Prefect server and worker",
    "down": "stop them",
    "status": "say whether they run, and where",
}


@magics_class
class ServiceMagics(Magics):
    """The embedded Prefect service."""

    @line_magic
    def pipeline(self, line: str) -> None:
        """Start, stop or show the embedded Prefect server and worker: ``%pipeline up``, ``down`` or ``status``."""
        from jupyter_pipeline import tables

        words = split(line) or ["status"]
        if words[0] in ("-h", "--help"):
            print("\n".join(f"%pipeline {name:10}{text}" for name, text in SUBCOMMANDS.items()))
            return
        parser = Parser(f"%pipeline {words[0]}", subcommand("%pipeline", words[0], SUBCOMMANDS))
        try:
            parser.parse_args(words[1:])
        except HelpShown:
            return
        from jupyter_pipeline.orchestration.service import control as service

        with interruptible(f"%pipeline {words[0]}"):
            if words[0] == "up":
                answer = service.up(progress=print)
            else:
                answer = service.down() if words[0] == "down" else service.status()
        print(tables.service(answer))
