"""Refusal rules on the sliced program.

Each entry of `SLICE_RULES` has an id, the construct it looks at, the texts of its refusals, and a function that finds
its violations. `check_slice` runs these in the order of the table. Rules of the other stages are in `refusals`.

To add a rule, add one entry with its `find` function, and one case to ``tests/compiler``.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from jupyter_pipeline.compiler.analysis.dynamic_names import find_dynamic_calls
from jupyter_pipeline.compiler.analysis.slicer import SlicedProgram
from jupyter_pipeline.compiler.refusals import Rule
from jupyter_pipeline.compiler.secrets import FIX, find_secrets
from jupyter_pipeline.exceptions import CompileRefusedError

__all__ = ["SLICE_RULES", "SliceRule", "Violation", "check_slice"]


class Violation(NamedTuple):
    """Place in the notebook that a rule refuses."""

    cell: int
    """Zero-based index of the cell."""
    line: int
    """Line in the cell, from 1."""
    name: str
    """Name or construct at fault."""


@dataclass(frozen=True, slots=True)
class SliceRule(Rule):
    """A rule that looks for violations in the sliced program."""

    find: Callable[[SlicedProgram], Iterator[Violation]]


def check_slice(sliced: SlicedProgram, *, allowed: Collection[str] = ()) -> None:
    """Run the rules on the sliced program.

    Parameters
    ----------
    sliced : SlicedProgram
        The slice.
    allowed : collection of str, optional
        Ids of rules that do not run.

    Raises
    ------
    CompileRefusedError
        With all refusals of the first rule that is violated.
    """
    for rule in SLICE_RULES:
        if rule.id not in allowed and (found := list(rule.find(sliced))):
            raise CompileRefusedError([rule.refuse(cell=v.cell, line=v.line, name=v.name) for v in found])


def _find_empty_cells(sliced: SlicedProgram) -> Iterator[Violation]:
    for cell in sliced.criteria:
        if not sliced.program.of_cell(cell):
            yield Violation(cell, 1, "cell")


def _find_dynamic_names(sliced: SlicedProgram) -> Iterator[Violation]:
    """Find calls that read or bind names which are local names of one of several steps."""
    if len(sliced.criteria) == 1:
        return
    for s in sliced.statements:
        for call in find_dynamic_calls(s.node):
            yield Violation(s.cell, call.lineno, f"{ast.unparse(call.func)}()")


def _find_secrets(sliced: SlicedProgram) -> Iterator[Violation]:
    for cell, line, kind in find_secrets(sliced):
        yield Violation(cell, line, kind)


SLICE_RULES = (
    SliceRule("empty-cell", "cell", "it does nothing", "Choose a cell with code.", _find_empty_cells),
    SliceRule(
        "dynamic-names",
        "call",
        "it reads or binds names that the analysis cannot see, and the pipeline has several steps",
        "Assign the names directly, use a dictionary, or deploy one cell.",
        _find_dynamic_names,
    ),
    SliceRule(
        "secret",
        "line",
        "this looks like a secret, and it would be written to files and into git",
        FIX,
        _find_secrets,
    ),
)
"""All rules on the sliced program, in the order of the checks."""
