"""``jupyter pipeline deploy``, ``steps`` and ``slice``: deploy, divide and slice notebooks without a kernel."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Any, ClassVar

from traitlets import Bool, Unicode

from jupyter_pipeline import tables
from jupyter_pipeline.cli.base import Command, note
from jupyter_pipeline.cli.traits import with_options
from jupyter_pipeline.compiler import (
    Cell,
    find_marked_cells,
    propose_steps,
    read_notebook,
    select_cell,
    select_cells,
    slice_cells,
    slice_notebook,
)
from jupyter_pipeline.exceptions import ConfigurationError, RehearsalDiffersError, RehearsalError, UsageError, suggest
from jupyter_pipeline.models import CellSlice, Deployed, StepsProposal
from jupyter_pipeline.workflows import deploy, deploy_options, deploy_plan, steps

__all__ = ["Deploy", "Options", "Slice", "Steps", "notebook_path", "read_cells"]


def read_cells(notebook: str, path: str = "") -> list[Cell]:
    """Return the cells of a notebook: a file, or ``-`` for standard input.

    Parameters
    ----------
    notebook : str
        File, or ``-``.
    path : str, optional
        Path of a notebook from standard input, which may be JSON or a text notebook.

    Raises
    ------
    ConfigurationError
        If it cannot be read.
    """
    if notebook == "-":
        content = sys.stdin.buffer.read()
        return read_notebook(content, "" if content.lstrip()[:1] == b"{" else path)
    try:
        return read_notebook(Path(notebook).read_bytes(), notebook)
    except OSError as error:
        near = [] if Path(notebook).exists() else _find_similar(Path(notebook))
        offer = f"Did you mean {' or '.join(near)}?" if near else "Give a notebook file."
        raise ConfigurationError(notebook, "", f"cannot be read ({error.strerror})", offer) from error


def _find_similar(path: Path) -> list[str]:
    """Return the notebooks with the same name and another suffix, or else with a similar name."""
    try:
        names = [each.name for each in path.parent.iterdir() if each.suffix in (".ipynb", ".py", ".md", ".qmd", ".Rmd")]
    except OSError:
        return []
    same = [name for name in sorted(names) if Path(name).stem == path.name]
    return [str(path.with_name(name)) for name in same or suggest(path.name, names)]


def notebook_path(notebook: str, path: str) -> Path:
    """Return the path of a notebook: `path` if it is not empty, else the file.

    Raises
    ------
    UsageError
        If the notebook comes from standard input and `path` is empty.
    """
    if notebook == "-" and not path:
        raise UsageError("A notebook from standard input needs its path. Give --path PATH.")
    return Path(path or notebook)


_OWN = (
    deploy_options.Option(
        "cell",
        "zero-based index, id or tag of a cell; a tag selects every cell that has it; by default all marked cells",
        "CELL",
        repeat=True,
    ),
    *deploy_options.WHOLE_OPTIONS,
    deploy_options.Option(
        "name", "name of the deployment and of its folder in pipelines/; with --all, by default the notebook's", "NAME"
    ),
    deploy_options.Option("path", "path of a notebook that comes from standard input", "PATH"),
)
_Options: Any = with_options((*_OWN, *deploy_options.OPTIONS), name="DeployOptions")


class Deploy(_Options):
    """Deploy notebook cells."""

    name = "jupyter-pipeline deploy"
    description = "Deploy cells of a notebook (a file, or - for standard input) to Prefect, with schedules."
    examples = """
        jupyter pipeline deploy report.ipynb --all --cron "0 6 * * *"
        jupyter pipeline deploy report.ipynb --cell daily --name daily --cron "0 6 * * *" --profile local
    """
    positional = ("NOTEBOOK",)

    def work(self, notebook: str) -> Deployed:
        options = self.options()
        path = notebook_path(notebook, options["path"])
        cells = read_cells(notebook, path.name)
        name = options["name"] or (deploy_options.default_name(path.name) if options["all"] else "")
        if not name and not options["cell"]:
            find_marked_cells(cells)  # a notebook without steps needs more than a name
        settings = deploy_options.parse_options(options, name=name, notebook=path.name)
        plan = deploy_plan.plan(
            cells,
            select_cells(cells, options["cell"], whole=settings.compile_options.whole),
            settings,
            folder=path.absolute().parent,
            dry_run=bool(options["dry_run"]),
        )
        if options["dry_run"]:
            return plan.preview()
        if not self.as_json and (text := tables.plan(plan.preview())):
            note(text)
        try:
            return deploy.deploy(plan, progress=note)
        except RehearsalError as error:
            note(error.traceback)
            raise
        except RehearsalDiffersError as error:
            note(str(tables.Comparison(error.comparison)))
            raise

    def show(self, answer: Deployed) -> str:
        if self.options()["dry_run"]:
            return tables.dry_run(answer)
        compared = [str(tables.Comparison(answer.comparison))] if answer.comparison is not None else []
        return "\n".join([*compared, tables.deployed(answer, command="jupyter pipeline deployments")])


class Options(Command):
    """List the options of a deploy."""

    name = "jupyter-pipeline options"
    description = "List the options of a deploy; with --json, as a JSON Schema."
    examples = "jupyter pipeline options --json"

    def work(self) -> dict[str, Any]:
        return deploy_options.json_schema()

    def show(self, answer: dict[str, Any]) -> str:
        return str(tables.options(answer))


class Steps(Command):
    """Propose the steps of a notebook."""

    name = "jupyter-pipeline steps"
    description = "Propose a division of a notebook into steps, and check it with the dependency graph."
    examples = """
        jupyter pipeline steps report.ipynb           # print the steps
        jupyter pipeline steps report.ipynb --write   # accept them: write them as tags of the cells
    """
    positional = ("NOTEBOOK",)
    write = Bool(False, help="Write the steps into the notebook, as tags of its cells.").tag(config=True)
    flags: ClassVar[dict[str, Any]] = {
        **Command.flags,
        "write": ({"Steps": {"write": True}}, "Write the steps into the notebook, as tags of its cells."),
    }

    def work(self, notebook: str) -> StepsProposal:
        if notebook != "-":
            return steps.propose_steps(notebook, write=self.write)
        if self.write:
            raise UsageError("--write needs the notebook as a file, but it comes from standard input.")
        return propose_steps(read_cells(notebook))

    def show(self, answer: StepsProposal) -> str:
        notebook = shlex.quote(self.extra_args[0])
        command = f"jupyter pipeline steps {notebook} --write"
        return str(tables.Proposal(answer, write=command, deploy=f"jupyter pipeline deploy {notebook} --all"))


class Slice(Command):
    """Print a cell with the code that it needs, or a table of all cells."""

    name = "jupyter-pipeline slice"
    description = "Print the smallest program that computes the result of a notebook cell."
    examples = """
        jupyter pipeline slice report.ipynb --cell daily   # print the program
        jupyter pipeline slice report.ipynb --all          # list the cells that each cell needs
    """
    positional = ("NOTEBOOK",)
    cell = Unicode("", help="Zero-based index, id or tag of the cell.").tag(config=True)
    every = Bool(False, help="List all cells with the cells that they need.").tag(config=True)
    aliases: ClassVar[dict[str, Any]] = {**Command.aliases, "cell": "Slice.cell"}
    flags: ClassVar[dict[str, Any]] = {
        **Command.flags,
        "all": ({"Slice": {"every": True}}, "List all cells with the cells that they need."),
    }

    def work(self, notebook: str) -> dict[str, Any] | list[CellSlice]:
        if bool(self.cell) == self.every:
            raise UsageError("Name one cell, --cell INDEX, --cell ID or --cell TAG, or list all cells: --all.")
        cells = read_cells(notebook)
        if self.every:
            return slice_notebook(cells)
        sources = [c.source if c.kind == "code" else "" for c in cells]
        return slice_cells(sources, select_cell(cells, self.cell)).to_dict()

    def show(self, answer: dict[str, Any] | list[CellSlice]) -> str:
        if isinstance(answer, list):
            return str(tables.Slices(answer))
        return "".join(f"# note: {text}\n" for text in answer["notes"]) + str(answer["source"])
