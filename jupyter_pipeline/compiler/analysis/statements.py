"""Cells to top-level statements with their source text.

1. Each code cell becomes plain Python (`frontend.ipython`) and is parsed once.
2. Each top-level statement has its cell, its lines and its text. The text includes the comments directly above it, so
   that generated code looks as it was typed.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from jupyter_pipeline.compiler.analysis.figures import find_open_figures
from jupyter_pipeline.compiler.analysis.locations import Access, Location
from jupyter_pipeline.compiler.frontend.display import DISPLAY_IMPORT, DisplayImports
from jupyter_pipeline.compiler.frontend.helpers import Helpers
from jupyter_pipeline.compiler.frontend.ipython import PlainCell, replace_unparsable, to_python
from jupyter_pipeline.compiler.frontend.main_module import MAIN_NAME, binds_main_name, replace_main_name
from jupyter_pipeline.compiler.frontend.names import NotebookNames
from jupyter_pipeline.compiler.frontend.notebook import CellNote
from jupyter_pipeline.compiler.frontend.tolerance import wrap_cell

__all__ = ["Program", "Statement", "parse_cells"]


@dataclass(slots=True, eq=False)
class Statement:
    """One top-level statement of a cell."""

    number: int
    """Position in the program, from 0."""
    cell: int
    """Zero-based index of its cell."""
    node: ast.stmt
    bound: set[str] = field(default_factory=set)
    """Names that it binds, or may bind."""
    read: set[str] = field(default_factory=set)
    """Names that it reads, the free variables of the functions it may call included."""
    sources: dict[str, int] = field(default_factory=dict)
    """For each name in `read`, the bits of the statements on which the value depends."""
    versions: dict[str, int] = field(default_factory=dict)
    """For each name that it reads itself, the bits of the definitions that reach it."""
    deferred_versions: dict[tuple[str, int], int] = field(default_factory=dict)
    """The same for free variables of functions, by name and by the number of the function's defining statement."""
    binds: dict[str, int] = field(default_factory=dict)
    """For each name in `bound`, the bits of the definitions that reach the next statement."""
    assigned_by: dict[str, set[int]] = field(default_factory=dict)
    """For each global that a called function assigns: the statements that define those functions."""
    deferred: set[str] = field(default_factory=set)
    """Free variables of the functions that it defines."""
    assigned: set[str] = field(default_factory=set)
    """Names that the functions which it defines assign by ``global``."""
    needs: int = 0
    """Bits of the earlier statements on which it depends: its edges in the dependency graph."""
    reached: int = 0
    """Bits of the heap objects that it reads."""
    changes: int = 0
    """Bits of the heap objects that it may change."""
    written: int = 0
    """Bits of the files that it may write."""
    effects: dict[Location, Access] = field(default_factory=dict)
    """Uses of locations outside of the heap: statements in two threads conflict if one of them writes a location."""
    changed: bool = False
    """True if a later statement may change an object that it allocates."""
    dynamic: bool = False
    """True if it may read or bind names that the analysis cannot see."""
    typed: str = ""
    """Text of a statement that the lines of the cell do not contain as it is. Otherwise empty.

    It is an import or a helper for translated lines, or the ``try`` statement around a cell. The node of a helper is
    its model.
    """
    encloses_cell: bool = False
    """True for a ``try`` statement around a cell: the second line of its text is the first line of the cell."""
    notes: list[CellNote] = field(default_factory=list)
    """Approximations that enlarge a slice with this statement."""
    operands: int = 0
    """Bits of the objects of unknown classes on which its operators, attribute reads and conversions run methods."""
    unknown_calls: dict[str, None] = field(default_factory=dict)
    """Texts of its calls that may change files, the process or a library in ways that the analysis cannot see."""
    shows_figure: bool = False
    """True if it is an expression whose value may be a figure of matplotlib."""


@dataclass(slots=True)
class Program:
    """The statements of a notebook up to a cell."""

    plain: dict[int, PlainCell]
    """By cell index."""
    statements: list[Statement]
    open_figure_cells: set[int] = field(default_factory=set)
    """Cells after which Jupyter leaves figures open."""
    decided_by: dict[int, int] = field(default_factory=dict)
    """For each cell whose translation depends on names in cells below it, the last of these cells."""
    lines: dict[int, list[str]] = field(default_factory=dict)
    draws_figures: bool = False
    """True if a run draws the figures where Jupyter does."""

    def is_complete_at(self, cell: int) -> bool:
        """Return True if a program that ends with `cell` has the same statements up to there."""
        return all(last <= cell for one, last in self.decided_by.items() if one <= cell)

    def of_cell(self, cell: int) -> list[Statement]:
        """Return the statements of one cell."""
        return [s for s in self.statements if s.cell == cell]

    def text(self, statement: Statement) -> str:
        """Return the text of `statement` with its decorators and the comments directly above and beside it."""
        if statement.typed:
            return statement.typed
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


def parse_cells(sources: Sequence[tuple[int, str]], tolerant: Collection[int] = ()) -> Program:
    """Parse cells into a program.

    Parameters
    ----------
    sources : sequence of (int, str)
        Index and text of each code cell, in order.
    tolerant : collection of int, optional
        Cells whose exceptions do not end the program.

    Notes
    -----
    A cell that is not valid Python has not run in the notebook. It becomes a placeholder for the names that it seems
    to bind.
    """
    plain: dict[int, PlainCell] = {}
    statements: list[Statement] = []
    names = NotebookNames([source for _, source in sources])
    displays = DisplayImports()
    helpers = Helpers(names)
    decided_by: dict[int, int] = {}
    bodies: dict[int, list[ast.stmt]] = {}
    main = next((position for position, (_, source) in enumerate(sources) if binds_main_name(source)), None)
    for position, (cell, source) in enumerate(sources):
        names.deciding = main if main is not None and MAIN_NAME in source else -1
        plain[cell] = to_python(source, names)
        if main is None:
            plain[cell].source = replace_main_name(plain[cell].source)
        try:
            body = _parse(plain[cell].source)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            plain[cell] = replace_unparsable(plain[cell], source, error)
            body = _parse(plain[cell].source)
        bodies[cell] = body
        wrapped = _wrap(plain[cell], names) if cell in tolerant and body else ""
        if "display" in source and displays.is_needed(body):
            plain[cell].prelude.append(DISPLAY_IMPORT)
        for text in plain[cell].prelude:
            statements.append(Statement(len(statements), cell, ast.parse(text).body[0], typed=text))
        for model, text in helpers.define(plain[cell]):
            statements.append(Statement(len(statements), cell, ast.parse(model).body[0], typed=text))
        if names.deciding > position:
            decided_by[cell] = sources[names.deciding][0]
        if wrapped:
            node = ast.increment_lineno(_parse(wrapped)[0], -1)
            node.lineno = 1  # the line of ``try`` is not in the cell
            statements.append(Statement(len(statements), cell, node, typed=wrapped, encloses_cell=True))
            continue
        for node in body:
            statements.append(Statement(len(statements), cell, node))
    return Program(plain, statements, find_open_figures(sources, bodies), decided_by)


def _wrap(plain: PlainCell, names: NotebookNames) -> str:
    """Return a cell in a ``try`` statement, with a note on its exceptions; empty if it cannot be in one."""
    if plain.directives:
        plain.note("an exception in it ends the run: a directive takes precedence over the tag raises-exception")
        return ""
    name = "_traceback" if names.is_rebound("traceback") else "traceback"
    wrapped = wrap_cell(plain.source, name)
    if not wrapped:
        plain.note("an exception in it ends the run: this import cannot be in a try statement")
        return ""
    plain.need_module("traceback", name)
    plain.note("an exception in it is printed, and the run goes on, because of its tag raises-exception")
    return wrapped


def _parse(source: str) -> list[ast.stmt]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # such as invalid escapes: the kernel has shown them
        return ast.parse(source).body
