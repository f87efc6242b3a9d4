"""The dependency graph: interpret a program from top to bottom and record the def-use chains of each statement."""

from __future__ import annotations

import ast
from collections.abc import Collection
from typing import NamedTuple

from jupyter_pipeline.compiler.analysis.heap import Heap, bits
from jupyter_pipeline.compiler.analysis.interpreter import Interpreter
from jupyter_pipeline.compiler.analysis.locations import FIGURE
from jupyter_pipeline.compiler.analysis.state import DefUse, State, UnresolvedName
from jupyter_pipeline.compiler.analysis.statements import Program, Statement
from jupyter_pipeline.compiler.analysis.values import DELETED
from jupyter_pipeline.compiler.frontend.notebook import CellNote
from jupyter_pipeline.compiler.refusals import refusal
from jupyter_pipeline.exceptions import CompileRefusedError
from jupyter_pipeline.models import Refusal

__all__ = ["Dependencies", "analyze"]


class Dependencies(NamedTuple):
    """Dependencies that are not edges between single statements."""

    unresolved: list[UnresolvedName]
    """Names that no statement defines where they are read."""
    always_kept: int
    """Bits of the statements that any slice keeps."""
    settings: list[tuple[int, int]]
    """For each library, the bits of the statements that import it, and of those that change its settings.

    A slice with one of the first keeps all of the second.
    """


def analyze(program: Program, criteria: Collection[int] = (), external: Collection[int] = ()) -> Dependencies:
    """Fill in the uses, definitions and dependencies of each statement of `program`.

    Parameters
    ----------
    program : Program
        The cells up to the last slice criterion.
    criteria : collection of int
        Cells whose functions must be able to run at the end.
    external : collection of int
        Cells of other pipelines: the files that they write are expected to exist.
    """
    state = State(Heap())
    state.external_cells = external
    interpreter = Interpreter(state)
    cell = -1
    for statement in program.statements:
        if statement.cell != cell:
            cell = statement.cell
            state.closes_figures = not any(one <= cell for one in program.keeps_figures)
            if state.closes_figures:
                state.locations.pop(FIGURE, None)
        try:
            _interpret(interpreter, statement)
        except RecursionError:
            raise CompileRefusedError([_too_deep(statement)]) from None
    for statement in program.statements:
        if statement.cell in criteria and statement.bound:
            _use_results(state, statement, is_last=statement.cell == max(criteria))
    heap = state.heap
    for position in bits(heap.written):
        if heap.is_written_later(position):
            program.statements[heap.allocated_by[position]].changed = True
    settings = [(heap.importers.get(library, 0), how) for library, how in heap.configured_by.items()]
    settings += _find_patching_imports(program, heap)
    return Dependencies(state.unresolved, state.always_kept, settings)


def _find_patching_imports(program: Program, heap: Heap) -> list[tuple[int, int]]:
    """Return the imports of libraries without a model whose names no statement reads: they may change other libraries.

    Such as accessors, patches and installers. A slice that imports another library keeps them.
    """
    if not heap.patchers:
        return []
    read: set[str] = set()
    for statement in program.statements:
        read |= statement.read | statement.deferred
    importers = 0
    for bits_ in heap.importers.values():
        importers |= bits_
    found = []
    for number in bits(heap.patchers):
        statement = program.statements[number]
        if isinstance(statement.node, ast.Import | ast.ImportFrom) and not statement.bound & read:
            text = "These imports may change other libraries, so they are kept"
            statement.notes.append(CellNote(statement.cell, text, subject=ast.unparse(statement.node)))
            found.append((importers & ~(1 << number), 1 << number))
    return found


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
    s.bound, s.notes = record.bound, record.notes
    s.read, s.sources = set(record.sources), record.sources
    s.versions, s.deferred_versions = record.versions, record.deferred_versions
    s.assigned_by = record.assigned_by
    s.needs = record.needs & (heap.bit - 1)
    s.reached, s.changes = record.reached, heap.written_by.get(s.number, 0)
    s.written, s.effects = record.written, record.effects
    s.dynamic = state.star_imports != star_imports and not isinstance(s.node, ast.ImportFrom)
    for name in s.bound:
        binding = state.bindings.get(name)
        s.binds[name] = binding.definitions if binding else 0
        reachable = heap.reachable(binding.objects) if binding else 0
        for function in heap.functions(reachable):
            s.deferred.update(function.free_variables)
            s.assigned |= function.assigns


def _use_results(state: State, s: Statement, *, is_last: bool) -> None:
    """Add the needs of the names that `s` may bind, including the needs of functions, after the last cell.

    Parameters
    ----------
    state : State
        State at the end of the program.
    s : Statement
        Statement of a slice criterion.
    is_last : bool
        True if its cell is the last criterion: its functions use the definitions that reach the end.
    """
    _enter(state, s)
    record = state.record = DefUse()
    if is_last:
        record.deferred_versions = s.deferred_versions
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
    s.needs |= record.needs & (state.heap.bit - 1)


def _too_deep(statement: Statement) -> Refusal:
    name = type(statement.node).__name__
    return refusal("nested-too-deeply", cell=statement.cell, line=statement.node.lineno, name=name)
