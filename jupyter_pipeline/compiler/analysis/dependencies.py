"""The dependency graph: interpret a program from top to bottom and record the def-use chains of each statement."""

from __future__ import annotations

import ast
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from jupyter_pipeline.compiler.analysis.heap import Heap, bits
from jupyter_pipeline.compiler.analysis.interpreter import Interpreter
from jupyter_pipeline.compiler.analysis.locations import FIGURE
from jupyter_pipeline.compiler.analysis.state import DefUse, State, UnresolvedName
from jupyter_pipeline.compiler.analysis.statements import Program, Statement
from jupyter_pipeline.compiler.analysis.values import DELETED
from jupyter_pipeline.compiler.refusals import refusal
from jupyter_pipeline.models import Refusal

__all__ = ["Dependencies", "LastCell", "analyze"]


class LastCell(NamedTuple):
    """Dependencies of the statements of a cell if the program ends with it."""

    needs: dict[int, int]
    """By statement number, the bits of the statements on which the names that the statement binds depend."""
    unresolved: list[UnresolvedName]
    """Names that no statement defines, and that functions of the cell read."""


@dataclass(slots=True)
class Dependencies:
    """Dependencies that are not edges between single statements."""

    unresolved: list[UnresolvedName] = field(default_factory=list)
    """Names that no statement defines where they are read."""
    always_kept: int = 0
    """Bits of the statements that any slice keeps."""
    possibly_kept: int = 0
    """The statements among them that only may have an effect, because a call is unknown."""
    settings: list[tuple[int, int]] = field(default_factory=list)
    """For each library, the bits of the statements that import it, and of those that change its settings.

    A slice with one of the first keeps all of the second.
    """
    importers: int = 0
    """Bits of the statements that import a library."""
    patchers: dict[int, int] = field(default_factory=dict)
    """Imports of libraries without a model, with the number of the first statement that reads one of their names.

    Such as accessors, patches and installers: an import whose names no statement reads may change other libraries.
    """
    patched_by: list[tuple[int, dict[int, int]]] = field(default_factory=list)
    """The same for imports with a model that change one library, with the bits of the statements that use it."""
    last_cells: dict[int, LastCell] = field(default_factory=dict)
    """By cell index, for the cells with which the program may end."""
    too_deep: Refusal | None = None
    """Statement at which the analysis ends, because its tree is too deep."""

    def find_patching_imports(self, end: int) -> list[int]:
        """Return the statements before number `end` that import a library whose names no statement before `end` reads.

        A slice that imports another library keeps them.
        """
        return [number for number, reader in self.patchers.items() if number < end <= reader]

    def find_settings(self, end: int) -> list[tuple[int, int]]:
        """Return `settings` with the imports before number `end` that change other libraries.

        An import with a model counts if no statement before `end` reads one of its names, too.
        """
        found = [*self.settings]
        found += [(self.importers & ~(1 << number), 1 << number) for number in self.find_patching_imports(end)]
        for users, readers in self.patched_by:
            found += [
                (users & ~(1 << number), 1 << number) for number, first in readers.items() if number < end <= first
            ]
        return found


def analyze(
    program: Program,
    criteria: Collection[int] = (),
    external: Collection[int] = (),
    *,
    ends: Collection[int] = (),
) -> Dependencies:
    """Fill in the uses, definitions and dependencies of each statement of `program`.

    Parameters
    ----------
    program : Program
        The cells up to the last slice criterion.
    criteria : collection of int
        Cells whose functions must be able to run at the end.
    external : collection of int
        Cells of other pipelines: the files that they write are expected to exist.
    ends : collection of int
        Cells with which the program may end: `Dependencies.last_cells` has their dependencies in this case.
    """
    state = State(Heap())
    state.external_cells = external
    interpreter = Interpreter(state)
    last_cells = {}
    too_deep = None
    for cell, group in groupby(program.statements, key=lambda s: s.cell):
        statements = list(group)
        state.closes_figures = cell not in program.open_figure_cells
        if state.closes_figures:
            state.locations.pop(FIGURE, None)
        try:
            for statement in statements:
                _interpret(interpreter, statement)
        except RecursionError:
            too_deep = _refuse_depth(statement)
            break
        if cell in ends:
            last_cells[cell] = _end_with(state, statements)
    for statement in program.statements if too_deep is None else ():
        if statement.cell in criteria and statement.bound:
            is_last = statement.cell == max(criteria)
            record = _use_results(state, statement, statement.deferred_versions if is_last else {})
            statement.needs |= record.needs & (state.heap.bit - 1)
    heap = state.heap
    for position in bits(heap.written):
        if heap.is_written_later(position):
            program.statements[heap.allocated_by[position]].changed = True
    importers = 0
    for one in heap.importers.values():
        importers |= one
    return Dependencies(
        state.unresolved,
        state.always_kept,
        state.possibly_kept,
        [(heap.importers.get(library, 0), how) for library, how in heap.configured_by.items()],
        importers,
        _find_patchers(program, heap.patchers),
        [(heap.importers.get(library, 0), _find_patchers(program, how)) for library, how in heap.patched_by.items()],
        last_cells,
        too_deep,
    )


def _end_with(state: State, statements: list[Statement]) -> LastCell:
    """Return the dependencies of the statements of the last cell if the program ends here; the state stays the same."""
    found = state.unresolved
    state.unresolved = []
    needs = {}
    for statement in statements:
        if statement.bound:
            needs[statement.number] = _use_results(state, statement, {}).needs & (state.heap.bit - 1)
    last = LastCell(needs, state.unresolved)
    state.unresolved = found
    return last


def _find_patchers(program: Program, patchers: int) -> dict[int, int]:
    """Return the statements `patchers` outside of definitions, with the first reader of one of their names."""
    if not patchers:
        return {}
    readers: dict[str, int] = {}
    for statement in program.statements:
        for name in statement.read | statement.deferred:
            readers.setdefault(name, statement.number)
    none = len(program.statements)
    return {
        number: min((readers.get(name, none) for name in program.statements[number].bound), default=none)
        for number in bits(patchers)
        if not isinstance(program.statements[number].node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }


def _enter(state: State, statement: Statement) -> None:
    state.heap.enter(statement.number)
    state.cell = statement.cell


def _interpret(interpreter: Interpreter, s: Statement) -> None:
    """Interpret one top-level statement and fill in its record."""
    state, heap = interpreter.state, interpreter.heap
    _enter(state, s)
    record = state.record = DefUse()
    star_imports = state.star_imports
    interpreter.visit(s.node)
    s.bound, s.notes, s.unknown_calls = record.bound, record.notes, record.unknown_calls
    s.read, s.sources = set(record.sources), record.sources
    s.versions, s.deferred_versions = record.versions, record.deferred_versions
    s.assigned_by = record.assigned_by
    s.needs = record.needs & (heap.bit - 1)
    s.reached, s.changes = record.reached, heap.written_by.get(s.number, 0)
    s.written, s.effects = record.written, record.effects
    s.operands = record.operands & ~s.changes
    s.shows_figure = record.shows_figure
    s.dynamic = state.star_imports != star_imports and not isinstance(s.node, ast.ImportFrom)
    for name in s.bound:
        binding = state.bindings.get(name)
        s.binds[name] = binding.definitions if binding else 0
        reachable = heap.reachable(binding.objects) if binding else 0
        for function in heap.functions(reachable & heap.with_uses):
            s.deferred.update(function.free_variables)
            s.assigned |= function.assigns


def _use_results(state: State, s: Statement, versions: dict[tuple[str, int], int]) -> DefUse:
    """Return the uses of the names that `s` may bind, including the needs of functions, at the end of the program.

    Parameters
    ----------
    state : State
        State at the end of the program.
    s : Statement
        Statement of a slice criterion.
    versions : dict of (str, int) to int
        Receives the definitions that reach the free variables of functions; see `Statement.deferred_versions`.
    """
    _enter(state, s)
    record = state.record = DefUse(deferred_versions=versions)
    for name in s.bound:
        binding = state.bindings.get(name)
        if binding is None or binding.type is DELETED:
            continue
        state.load(name, 0, strict=False)
        for function in state.heap.functions(state.heap.reachable(binding.objects)):
            state.definer = function.statement
            for free, line in function.free_variables.items():
                state.load(free, line, strict=line > 0)
            for location in function.locations:
                state.load_location(location)
            state.definer = -1
    return record


def _refuse_depth(statement: Statement) -> Refusal:
    name = type(statement.node).__name__
    return refusal("nested-too-deeply", cell=statement.cell, line=statement.node.lineno, name=name)
