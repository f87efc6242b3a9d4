"""Which statements make up which step, and what passes between the steps.

1. A statement of a marked cell belongs to the step of that cell. What only one step needs goes into that step; what
   several need, and no step makes, becomes a step of its own, ``prepare``.
2. `edges` connects the steps; those without a path of edges between them run in parallel.
3. Where names that are bound more than once, or objects that are changed, do not allow this order, statements stay
   between the steps where they were typed. What is not right even so is refused.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from enum import Enum, auto

from jupyter_pipeline.compiler.analysis.heap import bits
from jupyter_pipeline.compiler.analysis.slicer import SlicedProgram
from jupyter_pipeline.compiler.analysis.statements import Statement
from jupyter_pipeline.compiler.graph.edges import connect
from jupyter_pipeline.compiler.graph.naming import unused_name
from jupyter_pipeline.compiler.graph.parameters import Parameter
from jupyter_pipeline.compiler.graph.steps import Step, assigned_last, changed_names, last_value
from jupyter_pipeline.exceptions import CompileRefusedError
from jupyter_pipeline.models import Refusal

__all__ = ["plan_steps"]


def plan_steps(
    kept: SlicedProgram,
    inner: Sequence[Statement],
    parameters: Sequence[Parameter],
    *,
    names: Mapping[int, str],
    kinds: Mapping[int, str],
    summary: Callable[[int], str],
    used_below: Collection[str],
    apart: Collection[int] = (),
) -> list[Step]:
    """Return the steps in the order of the document.

    Parameters
    ----------
    kept : SlicedProgram
        The slice.
    inner : sequence of Statement
        What does not stay at the level of the module.
    parameters : sequence of Parameter
        Of the pipeline.
    names, kinds : mapping
        Function name, and ``step`` or ``check``, of each target cell.
    summary : callable
        First line of the docstring for a cell.
    used_below : collection of str
        Names that cells below the last target read.
    apart : collection of int
        Target cells whose steps hold their own statements alone.
    """
    refusals: list[Refusal] = []
    for arrangement in _Arrangement:
        steps = _group(kept, inner, names, kinds, arrangement, apart)
        refusals = connect(steps) if len(steps) > 1 else []
        if not refusals:
            break
    if refusals:
        raise CompileRefusedError(list(dict.fromkeys(refusals)))
    given = {p.name: p for p in parameters}
    for step in steps:
        read = {n for s in step.statements for n in s.read | s.deferred}
        step.parameters = [p for p in parameters if p.name in read]
        step.inputs = [n for n in step.inputs if n not in given]
        step.summary = summary(step.cell) if step.cell >= 0 else "Make what several steps need."
        step.asynchronous = any(
            _awaits(s.node) for s in step.statements if re.search("await|async", kept.program.text(s))
        )
        own = [s for s in step.statements if s.cell == step.cell]
        if not step.outputs and own and step.kind == "step":
            _results(step, own, kept.program.plain[step.cell].source, used_below)
    return steps


class _Arrangement(Enum):
    """Where statements go that stand in no marked cell, the most readable arrangement first."""

    SHARED_FIRST = auto()
    """What one step needs goes into it; what several need comes before all, or at the end of the step it follows."""
    SHARED_BETWEEN = auto()
    """What several steps need stays between them, where it was typed."""
    AS_TYPED = auto()
    """Everything stays where it was typed."""


def _group(
    kept: SlicedProgram,
    inner: Sequence[Statement],
    names: Mapping[int, str],
    kinds: Mapping[int, str],
    arrangement: _Arrangement,
    apart: Collection[int],
) -> list[Step]:
    targets = sorted(kept.criteria)
    wanted_by = _wanted_by(kept, inner)
    steps = {t: Step(name=names[t], cell=t, statements=[], kind=kinds.get(t, "step")) for t in targets}
    shared: dict[int, Step] = {}
    made_by = dict.fromkeys(targets, 0)
    for s in inner:
        if s.cell in steps:
            made_by[s.cell] |= 1 << s.number
            steps[s.cell].statements.append(s)
            continue
        depends = max((t for t, made in made_by.items() if s.needs & made), default=-1)
        if depends >= 0:
            made_by[depends] |= 1 << s.number
        by = wanted_by.get(s.number) or {targets[-1]}
        if len(by) == 1 and arrangement is not _Arrangement.AS_TYPED and not by & set(apart):
            steps[min(by)].statements.append(s)
            continue
        if depends >= 0 and arrangement is _Arrangement.SHARED_FIRST and depends not in apart:
            steps[depends].statements.append(s)
            continue
        place = next(t for t in targets if t > s.cell or arrangement is _Arrangement.SHARED_FIRST)
        if place not in shared:
            shared[place] = Step(name="", cell=-1, statements=[])
        shared[place].statements.append(s)
    found = []
    taken = set(names.values())
    for t in targets:
        if t in shared:
            shared[t].name = unused_name("prepare", taken)
            taken.add(shared[t].name)
            found.append(shared[t])
        steps[t].statements.sort(key=lambda s: s.number)
        found.append(steps[t])
    return found


def _wanted_by(kept: SlicedProgram, inner: Sequence[Statement]) -> dict[int, set[int]]:
    """Return for each statement outside of the target cells the targets that need it."""
    statements = {s.number: s for s in kept.statements}
    everything = sum(1 << number for number in statements)
    found: dict[int, set[int]] = {}
    for target in kept.criteria:
        todo = [s for s in inner if s.cell == target]
        seen = 0
        while todo:
            new = todo.pop().needs & ~seen & everything
            seen |= new
            for number in bits(new):
                if statements[number].cell not in kept.criteria:
                    todo.append(statements[number])
                    found.setdefault(number, set()).add(target)
    return found


def _results(step: Step, own: Sequence[Statement], source: str, used_below: Collection[str]) -> None:
    """Decide what a step returns that no other step takes anything from."""
    names = [n for s in own for n in [*sorted(s.bound), *sorted(changed_names(s.node))]]
    step.outputs = list(dict.fromkeys(n for n in names if n in used_below))
    step.returns_last = last_value(own, source)
    last = own[-1].node
    if not step.outputs and not step.returns_last:
        step.outputs = assigned_last(own[-1:])
    if step.returns_last and isinstance(last, ast.Expr) and isinstance(last.value, ast.Name):
        step.outputs = [n for n in step.outputs if n != last.value.id]


def _awaits(node: ast.AST) -> bool:
    if isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith):
        return True
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
        return False
    return any(_awaits(child) for child in ast.iter_child_nodes(node))
