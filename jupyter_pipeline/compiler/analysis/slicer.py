"""The smallest part of the notebook that gives a cell the same values.

1. Parse the cells up to the target (`statements`); cells below it have not run when it runs.
2. Let `analysis` tell for each statement which earlier ones it needs.
3. Take the target cell whole, and go back from it along these needs. Order stays that of the document.
4. Refuse what cannot run outside the notebook, where it was kept: a name that nothing defines, a line that is not
   Python, a question to a person.
"""

from __future__ import annotations

import ast
import gc
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from jupyter_pipeline.compiler.analysis.dependencies import Analysis, analyse
from jupyter_pipeline.compiler.analysis.heap import bits
from jupyter_pipeline.compiler.analysis.scope import Missing
from jupyter_pipeline.compiler.analysis.statements import Program, Statement, parse_cells
from jupyter_pipeline.compiler.analysis.syntax import is_future
from jupyter_pipeline.compiler.checks import refusal
from jupyter_pipeline.compiler.frontend.ipython import PLACEHOLDER
from jupyter_pipeline.compiler.frontend.notebook import Cell, CellNote, label_cells, label_refusals
from jupyter_pipeline.exceptions import CompileRefusedError, UsageError
from jupyter_pipeline.models import Record, Refusal

__all__ = ["Slice", "SlicedProgram", "collecting_later", "slice_cells", "slice_program"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice(Record):
    """What a cell needs of its notebook."""

    source: str
    """A program that runs, and gives the names of the cell the values they have in the notebook."""
    cells: tuple[int, ...]
    """Indices of the cells of which something was kept, the target included."""
    notes: tuple[str, ...] = ()
    """What was left out, and what was kept because it could not be known to be needless."""


@dataclass(slots=True)
class SlicedProgram:
    """The statements that are kept, for the stages that follow."""

    program: Program
    criteria: tuple[int, ...]
    statements: list[Statement]
    notes: list[CellNote] = field(default_factory=list)

    @property
    def cells(self) -> tuple[int, ...]:
        """Indices of the cells of which something was kept."""
        return tuple(sorted({s.cell for s in self.statements} | set(self.criteria)))


@contextmanager
def collecting_later() -> Iterator[None]:
    """Keep the garbage collector from going through all trees again for each cell: they hold no cycles."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@collecting_later()
def slice_cells(sources: Sequence[str], target: int) -> Slice:
    r"""Return the smallest program that gives one cell the same values as the whole notebook.

    Parameters
    ----------
    sources : sequence of str
        The text of each cell, in order.
    target : int
        Index of the cell, from 0; negative counts from the end.

    Returns
    -------
    Slice
        Its `source` runs by itself.

    Raises
    ------
    UsageError
        If there is no such cell.
    CompileRefusedError
        If what the cell needs cannot run outside the notebook.

    Examples
    --------
    >>> slice_cells(["x = 1", "unused = 2", "y = x + 1"], 2).source
    'x = 1\ny = x + 1\n'
    """
    if not -len(sources) <= target < len(sources):
        raise UsageError(f"There is no cell {target}: the indices of {len(sources)} cells start at 0.")
    target %= len(sources)
    labels = label_cells([Cell(index=i, source=s) for i, s in enumerate(sources)])
    with label_refusals(labels):
        kept = slice_program(list(enumerate(sources[: target + 1])), (target,))
    ordered = sorted(kept.statements, key=lambda s: not is_future(s.node))  # Python wants these first
    parts = [kept.program.text(s) for s in ordered]
    return Slice(
        source="".join(f"{p}\n" for p in parts),
        cells=kept.cells,
        notes=tuple(note.format(labels) for note in kept.notes),
    )


def slice_program(
    sources: Sequence[tuple[int, str]],
    targets: Sequence[int],
    *,
    external: Collection[int] = (),
    later: Mapping[str, str] | None = None,
    kernel_names: Collection[str] = (),
) -> SlicedProgram:
    """Return the statements that the target cells need.

    Parameters
    ----------
    sources : sequence of (int, str)
        Index and text of the code cells up to the last target, in order.
    targets : sequence of int
        Indices of the cells that are kept whole.
    external : collection of int, optional
        Cells of other pipelines: they are not kept for the files that they write.
    later : mapping of str to str, optional
        Names that cells below define, with the label of the cell, for clearer refusals.
    kernel_names : collection of str
        Names that exist in the running kernel, for the same purpose.
    """
    program = parse_cells(sources)
    analysis = analyse(program, targets, external)
    statements = program.statements
    wanted = _needed(
        statements, analysis, analysis.always | sum(1 << s.number for s in statements if s.cell in targets)
    )
    kept = SlicedProgram(program, tuple(targets), [statements[n] for n in bits(wanted)])
    refusals = [_missing(m, later or {}, kernel_names) for m in analysis.missing if wanted >> m.statement & 1]
    refusals += [r for s in kept.statements for r in _not_runnable(program, s)]
    if refusals:
        unique = {(r.cell, r.line, r.name): r for r in refusals}
        raise CompileRefusedError([unique[k] for k in sorted(unique)])
    for cell in kept.cells:
        kept.notes += [CellNote(cell, note) for note in program.plain[cell].notes]
    kept.notes += dict.fromkeys(CellNote(s.cell, note) for s in kept.statements for note in s.notes)
    return kept


def _needed(statements: Sequence[Statement], analysis: Analysis, wanted: int) -> int:
    """Return the bits of the wanted statements and of all that these need."""
    numbers = list(bits(wanted))
    while numbers:
        for number in numbers:
            new = statements[number].needs & ~wanted
            if new:
                wanted |= new
                numbers += bits(new)
        last = max(bits(wanted), default=0)
        missing = 0
        for importers, settings in analysis.wherever:
            if importers & wanted:
                missing |= settings & ~wanted & ((1 << last) - 1)
        wanted |= missing
        numbers = list(bits(missing))
    return wanted


def _missing(missing: Missing, later: Mapping[str, str], kernel_names: Collection[str]) -> Refusal:
    name = missing.name
    if name in ("In", "Out", "get_ipython", "exit", "quit") or (name[0] == "_" and name.strip("_0123456789i") == ""):
        rule = "ipython-name"
    elif missing.deleted:
        rule = "deleted-name"
    elif name in later:
        rule = "name-defined-below"
    elif name in kernel_names:
        rule = "name-only-in-kernel"
    else:
        rule = "undefined-name"
    return refusal(rule, cell=missing.cell, line=missing.line, name=name, other=later.get(name, ""))


def _not_runnable(program: Program, statement: Statement) -> list[Refusal]:
    refusals: list[Refusal] = []
    plain = program.plain[statement.cell]
    if not plain.obstacles and "input" not in plain.source:
        return refusals
    obstacles = program.plain[statement.cell].obstacles
    for node in ast.walk(statement.node):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        place = {"cell": statement.cell, "line": node.lineno}
        if node.func.id == PLACEHOLDER:
            found = obstacles[node.lineno]
            refusals.append(refusal("not-python", **place, name=found.name, reason=found.reason, fix=found.fix))
        elif node.func.id == "input":
            refusals.append(refusal("input", **place, name="input()"))
    return refusals
