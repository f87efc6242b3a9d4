"""Backward slices: the smallest part of a notebook that gives a cell the same values.

1. Parse the cells up to the slice criterion (`statements`); cells below it have not run when it runs.
2. Compute the dependencies of each statement (`dependencies`).
3. Keep all statements of the criterion, and go back from them along the dependencies. The order of the document stays.
4. Refuse kept statements that cannot run outside the notebook: a name without a definition, a line that is not Python,
   a question to a person.
"""

from __future__ import annotations

import ast
import gc
import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from jupyter_pipeline.compiler.analysis.certain_reads import is_certain_read
from jupyter_pipeline.compiler.analysis.dependencies import Dependencies, LastCell, analyze
from jupyter_pipeline.compiler.analysis.heap import bits
from jupyter_pipeline.compiler.analysis.omitted_lines import note_omitted_lines
from jupyter_pipeline.compiler.analysis.state import UnresolvedName
from jupyter_pipeline.compiler.analysis.statements import Program, Statement, parse_cells
from jupyter_pipeline.compiler.analysis.syntax import is_future, shorten_statement
from jupyter_pipeline.compiler.analysis.unused_statements import find_unused
from jupyter_pipeline.compiler.frontend.ipython import PLACEHOLDER
from jupyter_pipeline.compiler.frontend.notebook import (
    Cell,
    CellNote,
    format_notes,
    label_cells,
    label_refusals,
    split_remark,
)
from jupyter_pipeline.compiler.refusals import refusal
from jupyter_pipeline.exceptions import CompileRefusedError, UsageError
from jupyter_pipeline.models import CellSlice, Record, Refusal

__all__ = ["Analysis", "Slice", "SlicedProgram", "collect_later", "slice_cells", "slice_notebook", "slice_program"]

_LEFT_OUT = (
    "These statements may change settings of a library or of the process, but they are left out, because they need a "
    "line that cannot run"
)
_UNKNOWN_EFFECTS = "These calls and imports are left out, although their effects on files and libraries are unknown"
_UNREAD_FILES = "These statements write files and are left out, although calls that are kept may read the files"
_OPERATIONS = "These statements are left out, although reading or comparing objects of unknown classes may change them"
_PATCHES = "These imports may change other libraries, so they are kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice(Record):
    """The part of a notebook that a cell needs."""

    source: str
    """A program that runs by itself and gives the names of the cell their values in the notebook."""
    cells: tuple[int, ...]
    """Zero-based indices of the cells with kept statements, the criterion included."""
    notes: tuple[str, ...] = ()
    """Lines that were left out, and statements that were kept because their effects are unknown."""


@dataclass(slots=True)
class SlicedProgram:
    """The statements of a slice, for the later stages of the compiler."""

    program: Program
    criteria: tuple[int, ...]
    """Zero-based indices of the cells that are kept whole."""
    statements: list[Statement]
    notes: list[CellNote] = field(default_factory=list)

    @property
    def cells(self) -> tuple[int, ...]:
        """Zero-based indices of the cells with kept statements."""
        return tuple(sorted({s.cell for s in self.statements} | set(self.criteria)))


@contextmanager
def collect_later() -> Iterator[None]:
    """Disable the cyclic garbage collector: the trees hold no cycles, and it would visit them again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class Analysis:
    """One analysis of a notebook, for the slices of all its cells.

    Parameters
    ----------
    sources : sequence of str
        The text of each cell, in order.
    ends : iterable of int, optional
        Zero-based indices of the cells that `slice` may select; by default all cells.

    Examples
    --------
    >>> analysis = Analysis(["x = 1", "unused = 2", "y = x + 1"])
    >>> [analysis.slice(cell).cells for cell in range(3)]
    [(0,), (1,), (0, 2)]
    """

    def __init__(self, sources: Sequence[str], ends: Iterable[int] | None = None) -> None:
        self._labels = label_cells([Cell(index=i, source=s) for i, s in enumerate(sources)])
        self._sources = list(enumerate(sources))
        self._pending = sorted(range(len(sources)) if ends is None else ends)
        self._passes: dict[int, tuple[Program, Dependencies]] = {}
        """By cell index, the interpretation of the cells up to this one, or further."""
        self._texts: dict[Statement, str] = {}

    def _interpret(self, cell: int) -> tuple[Program, Dependencies]:
        """Return an interpretation of the cells up to `cell`, or further.

        One interpretation is enough for all cells, unless the translation of IPython syntax depends on cells below.
        """
        while cell not in self._passes:
            program = parse_cells(self._sources[: self._pending[-1] + 1])
            ends = [one for one in self._pending if program.is_complete_at(one)]
            self._pending = [one for one in self._pending if one not in ends]
            found = program, analyze(program, ends=ends)
            self._passes.update((one, found) for one in ends)
        return self._passes[cell]

    @collect_later()
    def slice(self, cell: int) -> Slice:
        """Return the smallest program that gives one cell the same values as the whole notebook.

        Parameters
        ----------
        cell : int
            Zero-based index of the cell: the slice criterion.

        Raises
        ------
        CompileRefusedError
            If the code that the cell needs cannot run outside the notebook.
        """
        with label_refusals(self._labels):
            sliced = _slice_backward(*self._interpret(cell), (cell,))
        ordered = sorted(sliced.statements, key=lambda s: not is_future(s.node))  # Python wants these first
        for s in ordered:
            if s not in self._texts:
                self._texts[s] = f"{sliced.program.text(s)}\n"
        return Slice(
            source="".join(self._texts[s] for s in ordered),
            cells=sliced.cells,
            notes=tuple(format_notes(sliced.notes, self._labels)),
        )


def slice_cells(sources: Sequence[str], cell: int) -> Slice:
    r"""Return the smallest program that gives one cell the same values as the whole notebook.

    `Analysis` gives the slices of several cells faster.

    Parameters
    ----------
    sources : sequence of str
        The text of each cell, in order.
    cell : int
        Zero-based index of the cell: the slice criterion. Negative counts from the end.

    Returns
    -------
    Slice
        A program, the cells it comes from, and notes.

    Raises
    ------
    UsageError
        If there is no such cell.
    CompileRefusedError
        If the code that the cell needs cannot run outside the notebook.

    Examples
    --------
    >>> slice_cells(["x = 1", "unused = 2", "y = x + 1"], 2).source
    'x = 1\ny = x + 1\n'
    """
    if not -len(sources) <= cell < len(sources):
        raise UsageError(f"There is no cell with index {cell}. Choose an index from 0 to {len(sources) - 1}.")
    cell %= len(sources)
    return Analysis(sources, [cell]).slice(cell)


def slice_notebook(cells: Sequence[Cell]) -> list[CellSlice]:
    """Return for each code cell of a notebook the cells that it needs, or the reasons why it cannot be compiled."""
    labels = label_cells(cells)
    code = [cell.index for cell in cells if cell.kind == "code" and cell.source.strip()]
    analysis = Analysis([cell.source if cell.index in code else "" for cell in cells], code)
    found = []
    for position, index in enumerate(code, 1):
        try:
            sliced = analysis.slice(index)
        except CompileRefusedError as error:
            refusals = tuple(replace(refusal, label=labels[refusal.cell]) for refusal in error.refusals)
            found.append(CellSlice(cell=index, label=labels[index], refusals=refusals))
        else:
            needs = tuple(cell for cell in sliced.cells if cell != index)
            share = len(sliced.cells) / position
            found.append(CellSlice(cell=index, label=labels[index], needs=needs, share=share, notes=sliced.notes))
    return found


def slice_program(
    sources: Sequence[tuple[int, str]],
    criteria: Sequence[int],
    *,
    external: Collection[int] = (),
    tolerant: Collection[int] = (),
    later: Mapping[str, str] | None = None,
    kernel_names: Collection[str] = (),
    read_below: Collection[str] | None = None,
) -> SlicedProgram:
    """Return the backward slice of a program.

    Parameters
    ----------
    sources : sequence of (int, str)
        Index and text of the code cells up to the last criterion, in order.
    criteria : sequence of int
        Indices of the cells that are kept whole.
    external : collection of int, optional
        Cells of other pipelines: the slice does not keep them for the files that they write.
    tolerant : collection of int, optional
        Cells whose exceptions do not end the program.
    later : mapping of str to str, optional
        Names that cells below define, with the label of the cell, for clearer refusals.
    kernel_names : collection of str
        Names that exist in the running kernel, for the same purpose.
    read_below : collection of str, optional
        Names that cells below the last criterion read. Other values of the criteria that nothing uses are left out.
    """
    program = parse_cells(sources, tolerant)
    dependencies = analyze(program, criteria, external)
    return _slice_backward(program, dependencies, criteria, later or {}, kernel_names, read_below)


def _slice_backward(
    program: Program,
    dependencies: Dependencies,
    criteria: Sequence[int],
    later: Mapping[str, str] = MappingProxyType({}),
    kernel_names: Collection[str] = (),
    read_below: Collection[str] | None = None,
) -> SlicedProgram:
    """Return the backward slice of the part of a program that ends with the last criterion."""
    last = max(criteria)
    if dependencies.too_deep is not None and dependencies.too_deep.cell <= last:
        raise CompileRefusedError([dependencies.too_deep])
    statements = program.statements
    end = bisect_right(statements, last, key=lambda s: s.cell)
    last_cell = dependencies.last_cells.get(last, LastCell({}, []))
    imports = dependencies.find_patching_imports(end)
    settings = dependencies.find_settings(end)
    start = dependencies.always_kept & ((1 << end) - 1)
    unused = 0
    if read_below is not None:
        unused = find_unused(statements[:end], criteria, dependencies.always_kept, read_below)
    for statement in statements[:end]:
        if statement.cell in criteria and not unused >> statement.number & 1:
            start |= 1 << statement.number | last_cell.needs.get(statement.number, 0)
    every = [*dependencies.unresolved, *last_cell.unresolved]
    needed = _backward_closure(statements, settings, start)
    every = [name for name in every if needed >> name.statement & 1]
    unresolved = [name for name in every if _is_refused(program, name, later, kernel_names)]
    refused = _find_refused(program, bits(needed), unresolved)
    left_out = 0
    if refused:
        optional = dependencies.possibly_kept & needed
        optional &= ~sum(1 << s.number for s in statements[:end] if s.cell in criteria)
        left_out = _find_dispensable(statements, optional, refused)
        settings = [(importers, configuring & ~left_out) for importers, configuring in settings]
        needed = _backward_closure(statements, settings, start & ~left_out)
        left_out &= ~needed
    sliced = SlicedProgram(program, tuple(criteria), [statements[n] for n in bits(needed)])
    if needed & refused:
        found = [
            _refuse_name(program, name, later, kernel_names) for name in unresolved if needed >> name.statement & 1
        ]
        refusals = [*found, *(r for s in sliced.statements for r in _refuse_statement(program, s))]
        unique = {(r.cell, r.line, r.name): r for r in refusals}
        raise CompileRefusedError([unique[k] for k in sorted(unique)])
    sliced.notes += [
        CellNote(statements[n].cell, _LEFT_OUT, subject=shorten_statement(statements[n].node)) for n in bits(left_out)
    ]
    sliced.notes += dict.fromkeys(
        CellNote(name.cell, f"line {name.line}: {name.name} has no definition; a run that reads it fails")
        for name in every
        if name not in unresolved and needed >> name.statement & 1
    )
    cells = set(sliced.cells)
    for cell, plain in program.plain.items():
        if cell > last:
            break
        if cell in cells:
            sliced.notes += [note for text in plain.notes for note in split_remark(cell, text)]
        sliced.notes += [note for text in plain.installs for note in split_remark(cell, text)]
    sliced.notes += _note_obstacles(program, statements[:end], needed)
    notes: dict[CellNote, None] = {}
    for s in sliced.statements:
        notes |= dict.fromkeys(s.notes)
        if s.number in imports:
            notes[CellNote(s.cell, _PATCHES, subject=_show_import(s.node))] = None
    sliced.notes += notes
    sliced.notes += note_omitted_lines(program, sliced.statements, last)
    sliced.notes += _note_unknown_effects(statements[:end], dependencies, needed | left_out)
    return sliced


def _find_refused(program: Program, numbers: Iterable[int], unresolved: Sequence[UnresolvedName]) -> int:
    """Return the bits of the statements among `numbers` that cannot run outside the notebook."""
    undefined = sum({1 << name.statement for name in unresolved})
    found = 0
    for number in numbers:
        if undefined >> number & 1 or _refuse_statement(program, program.statements[number]):
            found |= 1 << number
    return found


def _find_dispensable(statements: Sequence[Statement], optional: int, refused: int) -> int:
    """Return the bits of the statements among `optional` that need a statement which cannot run."""
    return sum(1 << n for n in bits(optional) if _backward_closure(statements, (), 1 << n) & refused)


def _backward_closure(statements: Sequence[Statement], settings: Sequence[tuple[int, int]], start: int) -> int:
    """Return the bits of the statements `start` and of all statements on which they depend.

    Parameters
    ----------
    statements : sequence of Statement
        All statements.
    settings : sequence of (int, int)
        See `Dependencies.settings`.
    start : int
        Bits of the first statements.
    """
    needed, new = 0, start
    while new:
        while new:
            needed |= new
            number = new.bit_length() - 1
            new = (new ^ (1 << number)) | (statements[number].needs & ~needed)
        earlier = (1 << max(needed.bit_length() - 1, 0)) - 1
        for importers, configuring in settings:
            if importers & needed:
                new |= configuring & ~needed & earlier
    return needed


def _show_import(node: ast.stmt) -> str:
    """Return the text of the imports in a statement, for a note."""
    imports = [ast.unparse(one) for one in ast.walk(node) if isinstance(one, ast.Import | ast.ImportFrom)]
    return ", ".join(imports) or ast.unparse(node).split("\n")[0]


def _note_unknown_effects(statements: Sequence[Statement], dependencies: Dependencies, needed: int) -> list[CellNote]:
    """Return notes on the statements that a slice leaves out, although it may depend on them.

    These are calls and imports with unknown effects, operations on objects of unknown classes that the slice reads, and
    writes of files where the slice has a call that may read any file. A slice without a use of libraries, files or the
    process cannot show such effects.
    """
    if not needed & dependencies.importers and not any(needed >> s.number & 1 and s.effects for s in statements):
        return []
    kept = [s for s in statements if needed >> s.number & 1]
    reads_files = any(s.unknown_calls for s in kept)
    reached = 0
    for statement in kept:
        reached |= statement.reached
    notes = []
    for statement in statements:
        if needed >> statement.number & 1:
            continue
        notes += [CellNote(statement.cell, _UNKNOWN_EFFECTS, subject=call) for call in statement.unknown_calls]
        if statement.number in dependencies.patchers:
            notes.append(CellNote(statement.cell, _UNKNOWN_EFFECTS, subject=_show_import(statement.node)))
        if reads_files and statement.written:
            notes.append(CellNote(statement.cell, _UNREAD_FILES, subject=shorten_statement(statement.node)))
        if statement.operands & reached and not statement.unknown_calls:
            notes.append(CellNote(statement.cell, _OPERATIONS, subject=shorten_statement(statement.node)))
    return notes


def _note_obstacles(program: Program, statements: Sequence[Statement], needed: int) -> list[CellNote]:
    """Return a note for each line without translation that the slice leaves out."""
    notes = []
    for statement in statements:
        obstacles = program.plain[statement.cell].obstacles
        if not obstacles or needed >> statement.number & 1:
            continue
        first, last = statement.node.lineno, statement.node.end_lineno or statement.node.lineno
        for line in range(first, last + 1):
            if line in obstacles:
                one = obstacles[line]
                cause = f"not valid Python ({one.reason})" if one.rule == "syntax-error" else one.name
                text = f"line {line}, {cause}, is left out; its effects on files and objects are unknown"
                notes.append(CellNote(statement.cell, text))
    return notes


def _find_rule(
    program: Program, unresolved: UnresolvedName, later: Mapping[str, str], kernel_names: Collection[str]
) -> str:
    """Return the id of the rule that refuses a name without a definition."""
    name = unresolved.name
    if name in ("In", "Out", "get_ipython", "exit", "quit") or (name[0] == "_" and name.strip("_0123456789i") == ""):
        return "ipython-name"
    if unresolved.deleted:
        return "deleted-name"
    if name in later:
        return "name-defined-below"
    if name in kernel_names:
        return "name-only-in-kernel"
    return "name-from-script" if _find_script(program, unresolved.cell) else "undefined-name"


def _is_refused(
    program: Program, unresolved: UnresolvedName, later: Mapping[str, str], kernel_names: Collection[str]
) -> bool:
    """Return False for a name that only a condition reads: the notebook runs without a definition of it."""
    if _find_rule(program, unresolved, later, kernel_names) != "undefined-name":
        return True
    nodes = [s.node for s in program.of_cell(unresolved.cell)]
    return is_certain_read(nodes, unresolved.name, unresolved.line)


def _refuse_name(
    program: Program, unresolved: UnresolvedName, later: Mapping[str, str], kernel_names: Collection[str]
) -> Refusal:
    name = unresolved.name
    rule = _find_rule(program, unresolved, later, kernel_names)
    script = _find_script(program, unresolved.cell)
    other = script if rule == "name-from-script" else later.get(name, "")
    return refusal(rule, cell=unresolved.cell, line=unresolved.line, name=name, other=other)


def _find_script(program: Program, last: int) -> str:
    """Return the last magic up to a cell that may bind any name; empty if there is none."""
    found = [
        obstacle.name
        for cell, plain in program.plain.items()
        if cell <= last
        for obstacle in plain.obstacles.values()
        if obstacle.name in ("%run", "%rerun", "%recall", "%store")
    ]
    return found[-1] if found else ""


@lru_cache(maxsize=1024)
def _may_ask(source: str) -> bool:
    """Return True if a cell may call ``input``."""
    return "input" in source and bool(re.search(r"\binput\s*\(", source))


def _refuse_statement(program: Program, statement: Statement) -> list[Refusal]:
    refusals: list[Refusal] = []
    plain = program.plain[statement.cell]
    if not plain.obstacles and not _may_ask(plain.source):
        return refusals
    for node in ast.walk(statement.node):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        place: dict[str, Any] = {"cell": statement.cell, "line": node.lineno}
        if node.func.id == PLACEHOLDER:
            found = plain.obstacles[node.lineno]
            place |= {"reason": found.reason, "fix": found.fix, "error": found.reason}
            refusals.append(refusal(found.rule, name=found.name, **place))
        elif node.func.id == "input":
            refusals.append(refusal("input", **place, name="input()"))
    return refusals
