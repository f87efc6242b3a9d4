"""``%%deploy``: promote a cell; ``%deploy notebook``: all marked cells; ``%%step`` and ``%%check`` mark them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics, cell_magic, line_cell_magic, magics_class, no_var_expand

from jupyter_pipeline.exceptions import PromotionError, RehearsalError
from jupyter_pipeline.magics.arguments import HelpShown, Parser, interruptible, split
from jupyter_pipeline.magics.deployments import manage

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from jupyter_pipeline.compiler import Cell
    from jupyter_pipeline.magics.notebook_document import Document
    from jupyter_pipeline.workflows.deploy_plan import Plan

__all__ = ["DeployMagics", "deploy_parser"]

_INTERRUPTED = "what is live is as it was, or as it should be; look with %deploy list, or try again"


def deploy_parser(magic: str = "%%deploy") -> Parser:
    """Return the parser of what stands behind ``%%deploy`` or ``%deploy notebook``."""
    from jupyter_pipeline.workflows.deploy_options import OPTIONS

    cell = magic == "%%deploy"
    what = "this cell, with all it needs," if cell else "all cells that are marked as steps and checks"
    parser = Parser(magic, f"promote {what} to a scheduled deployment")
    parser.add_argument("name", help="name of the deployment and of its folder in pipelines/")
    parser.add_options(OPTIONS)
    if cell:
        parser.add_argument("--no-run", action="store_true", help="deploy without running the cell here first")
    else:
        parser.add_argument(
            "--cell", action="append", default=[], help="id or tag of its cells, instead of all marked ones"
        )
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

    # Without this, IPython would put values of the kernel in place of {names}, and `{{ window.start }}` would lose a
    # pair of its braces; the command line and the panel read the same text as it stands.
    @no_var_expand
    @line_cell_magic
    def deploy(self, line: str, cell: str | None = None) -> Any:
        """Promote a cell (``%%deploy NAME …``), or see to what is deployed (``%deploy list|pause|resume|run NAME``)."""
        with interruptible("%deploy" if cell is None else "%%deploy", _INTERRUPTED):
            if cell is not None:
                return self._deploy_cell(line, cell)
            words = split(line)
            return self._deploy_notebook(words[1:]) if words[:1] == ["notebook"] else manage(words)

    def _deploy_cell(self, line: str, cell: str) -> Any:
        try:
            given = vars(deploy_parser().parse_args(split(line)))
        except HelpShown:
            return None
        from jupyter_pipeline.compiler import read_notebook, select_cell

        content, cell_id = self.document.notebook(f"%%deploy {line}\n{cell}")
        cells = read_notebook(content)
        plan = self._plan(cells, select_cell(cells, cell_id), given)
        if given["dry_run"]:
            return _show_dry_run(plan)
        _show_plan(plan)
        if not given["no_run"] and not self.shell.run_cell(cell, store_history=False).success:
            raise PromotionError("The cell failed here, so it was not deployed. Mend it, or deploy with --no-run.")
        return _deploy(plan)

    def _deploy_notebook(self, words: list[str]) -> Any:
        try:
            given = vars(deploy_parser("%deploy notebook").parse_args(words))
        except HelpShown:
            return None
        from jupyter_pipeline.compiler import read_notebook, select_cells

        cells = read_notebook(self.document.whole())
        plan = self._plan(cells, select_cells(cells, given["cell"]), given)
        if given["dry_run"]:
            return _show_dry_run(plan)
        _show_plan(plan)
        return _deploy(plan)

    def _plan(self, cells: Sequence[Cell], target: int | Sequence[int], given: Mapping[str, Any]) -> Plan:
        from jupyter_pipeline.workflows import deploy_options, deploy_plan

        path = self.document.path
        settings = deploy_options.read(
            {**given, "profile": given["profile"] or self._attached_profile()},
            name=given["name"],
            notebook=path.name if path else "",
            kernel_names=frozenset(self.shell.user_ns) - frozenset(self.shell.user_ns_hidden),
        )
        folder = path.parent if path else Path.cwd()
        return deploy_plan.plan(cells, target, settings, folder=folder, dry_run=given["dry_run"])

    def _attached_profile(self) -> str:
        record = getattr(self.shell.user_ns.get("cluster"), "record", None)
        return str(record().profile) if callable(record) else ""

    @no_var_expand
    @cell_magic
    def step(self, line: str, cell: str) -> None:
        """Mark a cell as a step of a pipeline, ``%%step NAME``; here it runs as it is."""
        self._run_marked("step", line, cell)

    @no_var_expand
    @cell_magic
    def check(self, line: str, cell: str) -> None:
        """Mark a cell as a check of a pipeline, ``%%check NAME``; here it runs as it is."""
        self._run_marked("check", line, cell)

    def _run_marked(self, kind: str, line: str, cell: str) -> None:
        from jupyter_pipeline.compiler.frontend.directives import read_mark

        read_mark(kind, line)  # a wrong option is told now, not at the deploy
        if not self.shell.run_cell(cell, store_history=False).success:
            raise PromotionError("The cell failed.")


def _show_dry_run(plan: Plan) -> None:
    from jupyter_pipeline import tables

    print(tables.dry_run(plan.preview()))


def _show_plan(plan: Plan) -> None:
    from jupyter_pipeline import tables

    if text := tables.plan(plan.preview()):
        print(text)


def _deploy(plan: Plan) -> Any:
    from jupyter_pipeline import tables
    from jupyter_pipeline.workflows import deploy as promotion

    try:
        done = promotion.deploy(plan, progress=print)
    except RehearsalError as error:
        print(error.traceback)
        raise
    print(tables.deployed(done, command="%deploy"))
    return tables.Link(done.deployment.url) if done.deployment and done.deployment.url else None
