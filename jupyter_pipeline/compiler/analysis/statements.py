"""Cells to top-level statements with the text they came from.

1. Each code cell becomes plain Python (`dialect`) and is parsed once.
2. Each top-level statement knows its cell, its lines and its text, with the comments directly above it, so that what
   is kept can be written as it was typed.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field

from jupyter_pipeline.compiler.checks import refusal
from jupyter_pipeline.compiler.frontend.ipython import PlainCell, to_python
from jupyter_pipeline.exceptions import CompileRefusedError
from jupyter_pipeline.models import Refusal

__all__ = ["Program", "Statement", "parse_cells"]


@dataclass(slots=True, eq=False)
class Statement:
    """One top-level statement of a cell."""

    number: int
    """Position in the program, from 0."""
    cell: int
    node: ast.stmt
    bound: set[str] = field(default_factory=set)
    """Names that it binds, or may bind, when it runs."""
    read: set[str] = field(default_factory=set)
    """Names that it needs when it runs, those of the functions it may call included."""
    sources: dict[str, int] = field(default_factory=dict)
    """For a name that it needs, the bits of the statements from which the value comes."""
    versions: dict[str, int] = field(default_factory=dict)
    """For a name that it reads itself, the bits of the statements that may have bound it."""
    deferred_versions: dict[tuple[str, int], int] = field(default_factory=dict)
    """The same for a name that a function reads which it may call, with the number of the statement that made it."""
    binds: dict[str, int] = field(default_factory=dict)
    """For a name that it binds, the bits of the statements that may have bound it afterwards."""
    assigned_by: dict[str, set[int]] = field(default_factory=dict)
    """For a name that functions assign which it calls, the numbers of the statements that made them."""
    deferred: set[str] = field(default_factory=set)
    """Names that the functions it defines need when they are called."""
    assigned: set[str] = field(default_factory=set)
    """Names that the functions it defines assign by ``global``."""
    needs: int = 0
    """Bits of the earlier statements without which it would give something else."""
    reached: int = 0
    """Bits of the objects that it reads."""
    changes: int = 0
    """Bits of the objects that it may change."""
    written: int = 0
    """Bits of the files among them."""
    changed: bool = False
    """Whether an object that it made is changed by a later statement."""
    dynamic: bool = False
    """Whether it may read or bind names that cannot be seen."""
    notes: list[str] = field(default_factory=list)
    """Why it, or what it needs, is kept although that cannot be known."""


@dataclass(slots=True)
class Program:
    """The statements of a notebook up to a cell."""

    plain: dict[int, PlainCell]
    """By cell index."""
    statements: list[Statement]
    lines: dict[int, list[str]] = field(default_factory=dict)

    def of_cell(self, cell: int) -> list[Statement]:
        """Return the statements of one cell."""
        return [s for s in self.statements if s.cell == cell]

    def text(self, statement: Statement) -> str:
        """Return the text of `statement` with its decorators and the comments directly above and beside it."""
        lines = self.lines.get(statement.cell)
        if lines is None:
            lines = self.lines[statement.cell] = self.plain[statement.cell].source.split("\n")
        first, last = first_line(statement.node) - 1, (statement.node.end_lineno or 1) - 1
        head = lines[first].encode()[: statement.node.col_offset] if first == statement.node.lineno - 1 else b""
        tail = lines[last].encode()[statement.node.end_col_offset or 0 :].decode().strip()
        if head.strip() or (tail and tail != ";" and not tail.startswith(("#", "; #", ";#"))):
            segment = ast.get_source_segment("\n".join(lines), statement.node) or ast.unparse(statement.node)
            return f"{segment}  {tail}" if tail.startswith("#") else segment
        body = lines[first : last + 1]
        if tail.startswith(";"):
            end = body[-1].encode()[: statement.node.end_col_offset].decode()
            body[-1] = f"{end}  {tail.lstrip('; ')}".rstrip()
        above = first
        while above and lines[above - 1].startswith("#"):
            above -= 1
        return "\n".join(line.rstrip() if line.isspace() else line for line in [*lines[above:first], *body])


def first_line(node: ast.stmt) -> int:
    """Return the first line of `node`, decorators included, from 1."""
    decorators = getattr(node, "decorator_list", None)
    return min(node.lineno, decorators[0].lineno) if decorators else node.lineno


def parse_cells(sources: Sequence[tuple[int, str]]) -> Program:
    """Return the program of the given cells.

    Parameters
    ----------
    sources : sequence of (int, str)
        Index and text of each code cell, in order.

    Raises
    ------
    CompileRefusedError
        If a cell is neither Python nor IPython's dialect of it.
    """
    plain: dict[int, PlainCell] = {}
    statements: list[Statement] = []
    refusals = []
    for cell, source in sources:
        plain[cell] = to_python(source)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # such as invalid escapes: the kernel has shown them
                body = ast.parse(plain[cell].source).body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            refusals.append(_syntax(cell, error))
            continue
        for node in body:
            statements.append(Statement(len(statements), cell, node))
    if refusals:
        raise CompileRefusedError(refusals)
    return Program(plain, statements)


def _syntax(cell: int, error: Exception) -> Refusal:
    line = getattr(error, "lineno", None) or 1
    text = (getattr(error, "text", None) or "").strip()
    reason = getattr(error, "msg", None) or str(error)
    return refusal("syntax-error", cell=cell, line=line, name=text[:60] or "syntax", error=reason)
