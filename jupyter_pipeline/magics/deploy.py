"""Magics of deploys.

``%%deploy`` deploys a cell, ``%deploy`` the marked cells of a notebook, ``%deploy notebook`` the whole notebook.
``%steps`` proposes the steps of the notebook. ``%%step`` and ``%%check`` mark cells.
"""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython.core.magic import Magics, cell_magic, line_cell_magic, line_magic, magics_class, no_var_expand

from jupyter_pipeline.exceptions import CompileError, RehearsalDiffersError, RehearsalError
from jupyter_pipeline.magics.arguments import HelpShown, Parser, interruptible, split

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from jupyter_pipeline.compiler import Cell
    from jupyter_pipeline.magics.notebook_document import Document
    from jupyter_pipeline.workflows.deploy_plan import Plan

__all__ = ["DeployMagics", "deploy_parser", "directive_parser"]

_INTERRUPTED = "either the old or the new version is live; list the deployments with %deployments list, or deploy again"


_WHOLE = "%deploy notebook"
_CONTENT = {
    "%%deploy": "this cell and the code that it needs",
    "%deploy": "the cells that are marked as steps and checks",
    _WHOLE: "the whole notebook; its sections are the steps",
}
_ELSEWHERE = {
    "%%deploy": {
        "--all": "%deploy notebook deploys all cells.",
        "--one-step": "%deploy notebook --one-step deploys all cells as one step.",
        "--cell": "%deploy NAME --cell CELL deploys another cell.",
    },
    "%deploy": {
        "--all": "%deploy notebook deploys all cells.",
        "--one-step": "%deploy notebook --one-step deploys all cells as one step.",
        "--no-run": "%deploy runs no cell in this kernel.",
    },
    _WHOLE: {
        "--all": "It deploys all cells without it.",
        "--cell": "%deploy NAME --cell CELL deploys chosen cells.",
        "--name": "Write the name alone: %deploy notebook NAME.",
        "--no-run": "%deploy notebook runs no cell in this kernel.",
    },
}
"""Next step by option that only another command has."""


def deploy_parser(magic: str = "%%deploy") -> Parser:
    """Return the parser of ``%%deploy``, ``%deploy`` or ``%deploy notebook``."""
    from jupyter_pipeline.workflows.deploy_options import OPTIONS, WHOLE_OPTIONS

    parser = Parser(magic, f"deploy {_CONTENT[magic]}, with schedules", elsewhere=_ELSEWHERE[magic])
    name = "name of the deployment and of its folder in pipelines/"
    if magic == _WHOLE:
        parser.add_argument("name", nargs="?", default="", help=f"{name}; by default the name of the notebook")
        parser.add_options([option for option in WHOLE_OPTIONS if option.name != "all"])
    else:
        parser.add_argument("name", help=name)
    parser.add_options(OPTIONS)
    if magic == "%%deploy":
        parser.add_argument(
            "--no-run", action="store_true", help="deploy without running the cell in this kernel first"
        )
    elif magic == "%deploy":
        parser.add_argument(
            "--cell",
            action="append",
            default=[],
            metavar="CELL",
            help="index, id or tag of a cell; repeatable; by default all marked cells",
        )
    return parser


def directive_parser(kind: str) -> Parser:
    """Return the parser of ``%%step`` or ``%%check``, for its help and completion.

    `read_directive` reads the line, as it does in files.
    """
    from jupyter_pipeline.compiler.frontend.directives import list_options

    parser = Parser(f"%%{kind}", f"mark a cell as a {kind} of a pipeline; the notebook runs it unchanged")
    parser.add_argument("name", help=f"name of the {kind}")
    flags, options = list_options(kind)
    for option, text in flags.items():
        parser.add_argument(option, action="store_true", help=text)
    for option, text in options.items():
        parser.add_argument(option, metavar="VALUE", help=text, values="profiles" if option == "--profile" else "")
    return parser


@magics_class
class DeployMagics(Magics):
    """Deploys from a notebook.

    Parameters
    ----------
    shell : InteractiveShell
        Shell that registers the magics.
    document : Document
        Cells that the shell ran.
    """

    def __init__(self, shell: InteractiveShell, document: Document) -> None:
        super().__init__(shell)
        self.document = document
        self._has_run = False
        """True if the body of the last ``%%deploy`` ran in this kernel."""

    # IPython would otherwise replace {names} by values of the kernel and shorten `{{ window.start }}` to
    # `{ window.start }`. The command line and the panel take the text unchanged.
    @no_var_expand
    @line_cell_magic
    def deploy(self, line: str, cell: str | None = None) -> Any:
        """Deploy a cell (``%%deploy NAME …``), the marked cells (``%deploy NAME …``) or the whole notebook.

        ``%deploy notebook [NAME] …`` deploys all cells. The sections of the notebook are the steps.
        """
        with interruptible("%deploy" if cell is None else "%%deploy", _INTERRUPTED):
            if cell is None:
                return self._deploy_notebook(line)
            self._has_run = False
            try:
                return self._deploy_cell(line, cell)
            finally:
                if not self._has_run:
                    self.document.forget_current()

    def _deploy_cell(self, line: str, cell: str) -> Any:
        try:
            options = vars(deploy_parser().parse_args(split(line)))
        except HelpShown:
            return None
        from jupyter_pipeline.compiler import read_notebook, select_cell

        content, cell_id = self.document.notebook(f"%%deploy {line}\n{cell}")
        cells = read_notebook(content)
        plan = self._plan(cells, select_cell(cells, cell_id), options)
        if options["dry_run"]:
            return _show_dry_run(plan)
        _show_plan(plan)
        written = () if options["no_run"] else self._run(plan, cell)
        plan = dataclasses.replace(plan, cells=tuple(self.document.with_outputs(cells)))
        return _deploy(plan, self.shell.user_ns, written)

    def _run(self, plan: Plan, cell: str) -> tuple[str, ...]:
        """Run the cell in this kernel, and return the files that it wrote in the folder of the notebook."""
        from jupyter_pipeline.workflows.comparison.files import scan_folder

        before = scan_folder(plan.folder) if plan.rehearses else {}
        self._has_run = True
        with self.document.outputs.only(self.document.current):
            if not self.shell.run_cell(cell, store_history=False).success:
                raise CompileError("The cell failed here, so it was not deployed. Fix it, or deploy with --no-run.")
        after = scan_folder(plan.folder) if plan.rehearses else {}
        return tuple(path for path, state in after.items() if before.get(path) != state)

    def _deploy_notebook(self, line: str) -> Any:
        words = split(line)
        whole = words[:1] == ["notebook"]
        try:
            parser = deploy_parser(_WHOLE if whole else "%deploy")
            options = vars(parser.parse_args(words[1:] if whole else words))
        except HelpShown:
            return None
        from jupyter_pipeline.compiler import read_notebook, select_cells
        from jupyter_pipeline.workflows.deploy_options import default_name

        if whole:
            path = self.document.path
            options |= {"all": True, "name": options["name"] or (default_name(path.name) if path else "notebook")}
        cells = self.document.with_outputs(read_notebook(self.document.whole()))
        plan = self._plan(cells, select_cells(cells, options.get("cell", []), whole=whole), options)
        if options["dry_run"]:
            return _show_dry_run(plan)
        _show_plan(plan)
        return _deploy(plan, self.shell.user_ns)

    def _plan(self, cells: Sequence[Cell], selected: int | Sequence[int], options: Mapping[str, Any]) -> Plan:
        from jupyter_pipeline.workflows import deploy_options, deploy_plan

        path = self.document.path
        settings = deploy_options.parse_options(
            {**options, "profile": options["profile"] or self._attached_profile()},
            name=options["name"],
            notebook=path.name if path else "",
            kernel_names=frozenset(self.shell.user_ns) - frozenset(self.shell.user_ns_hidden),
        )
        folder = path.parent if path else Path.cwd()
        return deploy_plan.plan(cells, selected, settings, folder=folder, dry_run=options["dry_run"])

    def _attached_profile(self) -> str:
        record = getattr(self.shell.user_ns.get("cluster"), "record", None)
        return str(record().profile) if callable(record) else ""

    @line_magic
    def steps(self, line: str) -> Any:
        """Propose the steps of this notebook, and check them with the dependency graph: ``%steps``."""
        path = self.document.path
        name = path.name if path else "NOTEBOOK"
        write = f"save the notebook, then: !jupyter pipeline steps {shlex.quote(name)} --write"
        parser = Parser(
            "%steps",
            "propose a division of this notebook into steps; jupyter pipeline steps writes it",
            elsewhere={"--write": f"To accept the steps, {write}"},
        )
        try:
            parser.parse_args(split(line))
        except HelpShown:
            return None
        from jupyter_pipeline import tables
        from jupyter_pipeline.compiler import propose_steps, read_notebook
        from jupyter_pipeline.workflows.deploy_options import default_name

        proposal = propose_steps(read_notebook(self.document.whole()), default_name(name) if path else "notebook")
        return tables.Proposal(proposal, write=write, deploy="%deploy notebook")

    @no_var_expand
    @cell_magic
    def step(self, line: str, cell: str) -> None:
        """Mark a cell as a step of a pipeline, ``%%step NAME``; the notebook runs it unchanged."""
        self._run_marked("step", line, cell)

    @no_var_expand
    @cell_magic
    def check(self, line: str, cell: str) -> None:
        """Mark a cell as a check of a pipeline, ``%%check NAME``; the notebook runs it unchanged."""
        self._run_marked("check", line, cell)

    def _run_marked(self, kind: str, line: str, cell: str) -> None:
        if {"-h", "--help"} & set(split(line)):
            directive_parser(kind).print_help()
            return
        from jupyter_pipeline.compiler.frontend.directives import read_directive

        read_directive(kind, line)  # report a wrong option now rather than at the deploy
        if not self.shell.run_cell(cell, store_history=False).success:
            raise CompileError("The cell failed.")


def _show_dry_run(plan: Plan) -> None:
    from jupyter_pipeline import tables

    print(tables.dry_run(plan.preview()))


def _show_plan(plan: Plan) -> None:
    from jupyter_pipeline import tables

    if text := tables.plan(plan.preview()):
        print(text)


def _deploy(plan: Plan, values: Mapping[str, Any], written: tuple[str, ...] = ()) -> Any:
    """Deploy, and compare the rehearsal with the values of this kernel and the files that it wrote."""
    from IPython.display import display

    from jupyter_pipeline import tables
    from jupyter_pipeline.workflows import deploy

    try:
        outcome = deploy.deploy(plan, progress=print, kernel=deploy.Kernel(values=values, written=written))
    except RehearsalError as error:
        print(error.traceback)
        raise
    except RehearsalDiffersError as error:
        display(tables.Comparison(error.comparison))
        raise
    if outcome.comparison is not None:
        display(tables.Comparison(outcome.comparison))
    print(tables.deployed(outcome, command="%deployments"))
    return tables.Link(outcome.deployment.url) if outcome.deployment and outcome.deployment.url else None
