"""The reading of a whole program: the needs of each statement, and what counts beyond them."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from jupyter_pipeline.compiler.analysis.heap import Store, bits
from jupyter_pipeline.compiler.analysis.reading import Reading
from jupyter_pipeline.compiler.analysis.scope import FIGURE, Missing
from jupyter_pipeline.compiler.analysis.statements import Program, Statement
from jupyter_pipeline.compiler.checks import refusal
from jupyter_pipeline.exceptions import CompileRefusedError
from jupyter_pipeline.models import Refusal

__all__ = ["Analysis", "analyse"]


class Analysis(NamedTuple):
    """What the reading of a program tells beside the records of its statements."""

    missing: list[Missing]
    """Names that nothing defines where they are read."""
    always: int
    """Bits of the statements that any slice has to keep."""
    wherever: list[tuple[int, int]]
    """Bits of statements that import a library, and of those that set how it works: with any of the first, all these
    have to be kept."""


def analyse(program: Program, targets: Collection[int] = (), apart: Collection[int] = ()) -> Analysis:
    """Fill in what each statement of `program` binds, reads and needs.

    Parameters
    ----------
    program : Program
        The cells up to the last target.
    targets : collection of int
        The cells whose functions must be able to run at the end.
    apart : collection of int
        Cells of other pipelines: the files that they write are taken to be there.
    """
    reading = Reading(Store())
    reading.apart = apart
    cell = -1
    for statement in program.statements:
        if statement.cell != cell:
            cell = statement.cell
            reading.env.pop(FIGURE, None)
        try:
            reading.statement(statement)
        except RecursionError:
            raise CompileRefusedError([_too_deep(statement)]) from None
    for statement in program.statements:
        if statement.cell in targets and statement.bound:
            reading.prepare(statement, last=statement.cell == max(targets))
    store = reading.store
    changed = {store.makers[position] for position in bits(store.changed) if store.later_change(position)}
    for number in changed:
        program.statements[number].changed = True
    wherever = [(store.importers[root], how) for root, how in store.configured.items()]
    return Analysis(reading.missing, reading.always, wherever)


def _too_deep(statement: Statement) -> Refusal:
    name = type(statement.node).__name__
    return refusal("nested-too-deeply", cell=statement.cell, line=statement.node.lineno, name=name)
