"""``%%deploy``: promote a cell. ``%deploy`` and ``%runs``: what became of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics, cell_magic, line_cell_magic, line_magic, magics_class

from jupyter_pipeline.exceptions import PromotionError, UsageError
from jupyter_pipeline.magics.parsing import HelpShown, Parser, interruptible, split, subcommand

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from jupyter_pipeline.magics.document import Document

__all__ = ["SUBCOMMANDS", "DeployMagics"]

SUBCOMMANDS = {
    "list": "list what is deployed",
    "pause": "keep the schedules of a deployment from making runs",
    "resume": "let them make runs again",
    "run": "run a deployment now",
    "delete": "delete a deployment",
}


def _deploy_parser() -> Parser:
    parser = Parser("%%deploy", "promote this cell, with all it needs, to a scheduled deployment")
    add = parser.add_argument
    add("name", help="name of the deployment and of its folder in pipelines/")
    add("--cron", default="", help='such as "0 6 * * *"')
    add("--every", default="", help="such as 15m")
    add("--rrule", default="", help="a recurrence rule (RFC 5545)")
    add("--timezone", default="", help="time zone of the schedule; by default the local one")
    add("--profile", default="", help="cluster profile of the runs; by default that of the attached cluster")
    add("--work-pool", default="", help="work pool of a Prefect server of your own")
    add("--retries", default="0", help="how often a failed step is tried again")
    add("--param", action="append", default=[], help="name that becomes a parameter; may be repeated")
    add("--tag", action="append", default=[], help="tag of the deployment; may be repeated")
    add("--dry-run", action="store_true", help="show what would be done and change nothing")
    add("--overwrite", action="store_true", help="replace generated files that were edited by hand")
    add("--no-run", action="store_true", help="deploy without running the cell here first")
    return parser


@magics_class
class DeployMagics(Magics):
    """Promotion from a notebook.

    Parameters
    ----------
    shell : InteractiveShell
        The shell.
    document : Document
        The cells that the shell ran.
    """

    def __init__(self, shell: InteractiveShell, document: Document) -> None:
        super().__init__(shell)
        self.document = document

    @line_cell_magic
    def deploy(self, line: str, cell: str | None = None) -> Any:
        """Promote a cell (``%%deploy NAME …``), or see to what is deployed (``%deploy list|pause|resume|run NAME``)."""
        with interruptible("%deploy" if cell is None else "%%deploy"):
            return self._manage(line) if cell is None else self._promote(line, cell)

    def _promote(self, line: str, cell: str) -> Any:
        try:
            given = _deploy_parser().parse_args(split(line))
        except HelpShown:
            return None
        from jupyter_pipeline import pipeline
        from jupyter_pipeline.promotion import read_notebook, select_cell

        content, cell_id = self.document.notebook(f"%%deploy {line}\n{cell}")
        cells = read_notebook(content)
        path = self.document.path
        options = pipeline.options(
            name=given.name,
            notebook=path.name if path else "",
            cron=given.cron,
            every=given.every,
            rrule=given.rrule,
            timezone=given.timezone,
            profile=given.profile or self._attached_profile(),
            work_pool=given.work_pool,
            retries=given.retries,
            parameters=given.param,
            tags=given.tag,
            kernel_names=frozenset(self.shell.user_ns) - frozenset(self.shell.user_ns_hidden),
        )

        def deploy(*, dry_run: bool) -> pipeline.Deployed:
            return pipeline.deploy_cell(
                cells,
                select_cell(cells, cell_id),
                options,
                folder=path.parent if path else Path.cwd(),
                overwrite=given.overwrite,
                dry_run=dry_run,
                progress=print,
            )

        planned = deploy(dry_run=True)
        for text in planned.notes:
            print(f"note: {text}")
        if given.dry_run:
            print(planned.changes or "No file would change.")
            return None
        if not given.no_run and not self.shell.run_cell(cell, store_history=False).success:
            raise PromotionError("The cell failed here, so it was not deployed. Mend it, or deploy with --no-run.")
        done = deploy(dry_run=False)
        from jupyter_pipeline import present

        print(f"Deployed {given.name!r}, version {done.version[:12]}, code in {done.folder}")
        return present.deployments([done.deployment] if done.deployment else [])

    def _attached_profile(self) -> str:
        record = getattr(self.shell.user_ns.get("cluster"), "record", None)
        return str(record().profile) if callable(record) else ""

    def _manage(self, line: str) -> Any:
        from jupyter_pipeline import present

        words = split(line) or ["list"]
        if words[0] in ("-h", "--help"):
            print("\n".join(f"%deploy {name:10}{text}" for name, text in SUBCOMMANDS.items()))
            return None
        command = words[0]
        parser = Parser(f"%deploy {command}", subcommand("%deploy", command, SUBCOMMANDS))
        if command != "list":
            parser.add_argument("name")
        try:
            given = parser.parse_args(words[1:])
        except HelpShown:
            return None
        from jupyter_pipeline.orchestration import deployments

        if command == "list":
            return present.deployments(deployments.list_deployments())
        if command == "run":
            return present.runs([deployments.run_now(given.name)])
        if command == "delete":
            deployments.delete(given.name)
            print(f"Deployment {given.name!r} is deleted.")
            return None
        change = deployments.pause if command == "pause" else deployments.resume
        return present.deployments([change(given.name)])

    @line_magic
    def runs(self, line: str) -> Any:
        """List the last runs: ``%runs [DEPLOYMENT] [--limit N]``; ``--logs RUN`` and ``--cancel RUN`` act on one."""
        from jupyter_pipeline import present

        parser = Parser("%runs", "list the last runs, or act on one")
        parser.add_argument("deployment", nargs="?")
        parser.add_argument("--limit", default="20")
        parser.add_argument("--logs", metavar="RUN", help="print the log of a run")
        parser.add_argument("--cancel", metavar="RUN", help="cancel a run")
        try:
            given = parser.parse_args(split(line))
        except HelpShown:
            return None
        if not given.limit.isdigit() or not 0 < int(given.limit) <= 200:
            raise UsageError(f"{given.limit!r} is not a limit: give a number from 1 to 200.")
        from jupyter_pipeline.orchestration import runs

        if given.logs:
            print(runs.logs(given.logs))
            return None
        if given.cancel:
            return present.runs([runs.cancel(given.cancel)])
        return present.runs(runs.list_runs(given.deployment, limit=int(given.limit)))

    @cell_magic
    def step(self, line: str, cell: str) -> None:
        """Mark a cell as a step of a pipeline, ``%%step NAME``; here it runs as it is."""
        self._run_marked("%%step", line, cell)

    @cell_magic
    def check(self, line: str, cell: str) -> None:
        """Mark a cell as a check of a pipeline, ``%%check NAME``; here it runs as it is."""
        self._run_marked("%%check", line, cell)

    def _run_marked(self, magic: str, line: str, cell: str) -> None:
        if not split(line):
            raise UsageError(f"{magic} needs a name: {magic} NAME on the first line of the cell.")
        if not self.shell.run_cell(cell, store_history=False).success:
            raise PromotionError("The cell failed.")
