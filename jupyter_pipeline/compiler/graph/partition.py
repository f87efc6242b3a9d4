"""Partition the statements into steps.

1. A statement of a selected cell belongs to the step of that cell. A statement that one step needs moves into it.
   Statements that several steps need, and that depend on no step, become a separate step, ``prepare``. A statement
   between the cells of a step that needs it belongs to the step.
2. `edges` connects the steps. Steps without a path between them run in parallel.
3. Steps with common effects run in the order of the notebook (`effect_order`).
4. If rebound names or changed objects forbid this order, statements stay between the steps, in document order. If the
   values would still differ from the notebook's, the cells are refused.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence
from enum import Enum, auto

from jupyter_pipeline.compiler.analysis.heap import bits
from jupyter_pipeline.compiler.analysis.slicer import SlicedProgram
from jupyter_pipeline.compiler.analysis.statements import Statement
from jupyter_pipeline.compiler.frontend.plain import PlainCell
from jupyter_pipeline.compiler.graph.edges import Conflict, connect
from jupyter_pipeline.compiler.graph.effect_order import order_effects
from jupyter_pipeline.compiler.graph.imports import copy_statements, find_copied_statements
from jupyter_pipeline.compiler.graph.naming import unused_name
from jupyter_pipeline.compiler.graph.parameters import Parameter
from jupyter_pipeline.compiler.graph.steps import (
    Step,
    find_assigned_names,
    find_mutated_names,
    has_last_value,
    is_look,
    is_plot,
    is_plot_assignment,
    pass_parameters,
)
from jupyter_pipeline.compiler.graph.subjects import Subject
from jupyter_pipeline.compiler.graph.threads import find_thread_bound
from jupyter_pipeline.compiler.graph.value_types import find_imported_paths
from jupyter_pipeline.exceptions import CompileRefusedError

__all__ = ["partition_steps"]

_PREPARE = Subject("prepare", "Prepare values that several steps use.")


def partition_steps(
    sliced: SlicedProgram,
    inner: Sequence[Statement],
    imports: Sequence[Statement],
    parameters: Sequence[Parameter],
    *,
    first_cells: Mapping[int, int],
    names: Mapping[int, str],
    kinds: Mapping[int, str],
    subjects: Mapping[int, Subject],
    used_below: Collection[str],
    isolated: Collection[int] = (),
) -> list[Step]:
    """Return the steps in document order, connected by edges.

    Parameters
    ----------
    sliced : SlicedProgram
        The slice.
    inner : sequence of Statement
        Statements that are not at module level.
    imports : sequence of Statement
        Imports at module level.
    parameters : sequence of Parameter
        Parameters of the pipeline.
    first_cells : mapping of int to int
        First cell of the step of each selected cell.
    names, kinds : mapping
        Function name, and ``step`` or ``check``, of each step by its first cell.
    subjects : mapping of int to Subject
        Subject of each step by its first cell.
    used_below : collection of str
        Names that cells below the last selected cell read.
    isolated : collection of int
        First cells of steps that contain no statements of other cells.
    """
    conflicts: list[Conflict] = []
    for arrangement in _Arrangement:
        steps = _group(sliced, inner, first_cells, names, kinds, arrangement, isolated)
        conflicts = connect(steps) if len(steps) > 1 else []
        if not conflicts:
            break
    if len(steps) > 1:
        conflicts += find_thread_bound(steps, imports)
    if conflicts:
        raise CompileRefusedError(list(dict.fromkeys(conflict.refuse() for conflict in conflicts)))
    sliced.notes += order_effects(steps)
    modules = find_imported_paths(s.node for s in sliced.statements)
    for step in steps:
        pass_parameters(step, parameters)
        subject = subjects.get(step.cell, _PREPARE)
        step.summary, step.summary_is_comment = subject.summary, subject.from_comment
        own = [s for s in step.statements if s.cell in (step.cells or (step.cell,))]
        if not step.outputs and own and step.kind == "step":
            _results(step, own, sliced.program.plain[own[-1].cell], used_below, modules)
    return steps


class _Arrangement(Enum):
    """Placement of statements outside the selected cells; the most readable arrangement is tried first."""

    SHARED_FIRST = auto()
    """Statements of one step move into it. Shared ones come first, or at the end of the step they depend on."""
    SHARED_BETWEEN = auto()
    """Shared statements stay between the steps, in document order."""
    AS_TYPED = auto()
    """All statements stay in document order."""


def _group(
    sliced: SlicedProgram,
    inner: Sequence[Statement],
    first_cells: Mapping[int, int],
    names: Mapping[int, str],
    kinds: Mapping[int, str],
    arrangement: _Arrangement,
    isolated: Collection[int],
) -> list[Step]:
    cells: dict[int, list[int]] = {}
    for cell in sorted(sliced.criteria):
        cells.setdefault(first_cells[cell], []).append(cell)
    selected = sorted(cells)
    needed_by = _needed_by(sliced, inner, first_cells)
    copied = find_copied_statements(inner) if len(selected) > 1 else 0
    steps = {
        t: Step(
            name=names[t],
            cell=t,
            cells=tuple(cells[t]) if len(cells[t]) > 1 else (),
            statements=[],
            kind=kinds.get(t, "step"),
        )
        for t in selected
    }
    shared: dict[int, Step] = {}
    produced_by = dict.fromkeys(selected, 0)
    for s in inner:
        around = next((t for t in selected if t < s.cell < cells[t][-1]), -1)
        home = first_cells.get(s.cell, around if around in needed_by.get(s.number, ()) else -1)
        if home >= 0:
            produced_by[home] |= 1 << s.number
            steps[home].statements.append(s)
            continue
        if copied >> s.number & 1:
            continue
        depends = max((t for t, produced in produced_by.items() if s.needs & produced), default=-1)
        if depends >= 0:
            produced_by[depends] |= 1 << s.number
        by = needed_by.get(s.number) or {selected[-1]}
        if len(by) == 1 and arrangement is not _Arrangement.AS_TYPED and not by & set(isolated):
            steps[min(by)].statements.append(s)
            continue
        if depends >= 0 and arrangement is _Arrangement.SHARED_FIRST and depends not in isolated:
            steps[depends].statements.append(s)
            continue
        place = next(t for t in selected if t > s.cell or arrangement is _Arrangement.SHARED_FIRST)
        if place not in shared:
            shared[place] = Step(name="", cell=-1, statements=[])
        shared[place].statements.append(s)
    found = []
    taken = set(names.values())
    for t in selected:
        if t in shared:
            shared[t].name = unused_name("prepare", taken)
            taken.add(shared[t].name)
            found.append(shared[t])
        steps[t].statements.sort(key=lambda s: s.number)
        found.append(steps[t])
    by_number = {s.number: s for s in inner}
    for step in found if copied else ():
        step.statements = copy_statements(step.statements, copied, by_number)
    return found


def _needed_by(
    sliced: SlicedProgram, inner: Sequence[Statement], first_cells: Mapping[int, int]
) -> dict[int, set[int]]:
    """Return, for each statement outside the selected cells, the first cells of the steps that need it."""
    statements = {s.number: s for s in sliced.statements}
    everything = sum(1 << number for number in statements)
    found: dict[int, set[int]] = {}
    for target in sliced.criteria:
        todo = [s for s in inner if s.cell == target]
        seen = 0
        while todo:
            new = todo.pop().needs & ~seen & everything
            seen |= new
            for number in bits(new):
                if statements[number].cell not in sliced.criteria:
                    todo.append(statements[number])
                    found.setdefault(number, set()).add(first_cells[target])
    return found


def _results(
    step: Step, own: Sequence[Statement], plain: PlainCell, used_below: Collection[str], modules: Mapping[str, str]
) -> None:
    """Set the results of a step whose results no other step uses."""
    names = [n for s in own for n in [*sorted(s.bound), *sorted(find_mutated_names(s.node))]]
    step.outputs = list(dict.fromkeys(n for n in names if n in used_below and n not in modules))
    last = own[-1].node
    has_value = has_last_value(own, plain) and not step.cells  # the values of several cells are displayed
    step.shows_last = has_value and is_look(last)
    step.returns_last = has_value and not step.shows_last and not is_plot(last, modules)
    if not step.outputs and not step.returns_last:
        bare = isinstance(last, ast.Expr) and isinstance(last.value, ast.Name)
        computing = [s for s in own if not is_plot_assignment(s.node, modules)]
        step.outputs = find_assigned_names(computing if step.shows_last or bare else own[-1:])
    if step.returns_last and isinstance(last, ast.Expr) and isinstance(last.value, ast.Name):
        step.outputs = [n for n in step.outputs if n != last.value.id]
