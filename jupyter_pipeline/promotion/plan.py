"""Which statements make up which step, and what passes between the steps.

1. A statement of a marked cell belongs to the step of that cell. What only one step needs goes into that step; what
   several need, and no step makes, becomes a first step, ``prepare``.
2. An input of a step comes from the latest earlier step that makes or changes it. That is an edge; steps without a path
   of edges between them run in parallel.
3. A step that changes an object which others read as it was waits for them. What stands below a check waits for it.
4. A name that two steps bind and a third reads has no one value any more: that is refused.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Mapping, Sequence

from jupyter_pipeline.exceptions import PromotionRefusedError
from jupyter_pipeline.models import Refusal
from jupyter_pipeline.promotion.parameters import Parameter
from jupyter_pipeline.promotion.slicing import Kept
from jupyter_pipeline.promotion.statements import Statement
from jupyter_pipeline.promotion.steps import Step, assigned_last, changed_names, last_value
from jupyter_pipeline.promotion.store import bits

__all__ = ["plan_steps"]


def plan_steps(
    kept: Kept,
    inner: Sequence[Statement],
    parameters: Sequence[Parameter],
    *,
    names: Mapping[int, str],
    kinds: Mapping[int, str],
    summary: Callable[[int], str],
    used_below: Collection[str],
) -> list[Step]:
    """Return the steps in the order of the document.

    Parameters
    ----------
    kept : Kept
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
    """
    steps = _group(kept, inner, names, kinds)
    _connect(steps)
    if len(steps) > 1:
        _refuse_ambiguous(steps)
        _keep_order(steps)
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


def _group(kept: Kept, inner: Sequence[Statement], names: Mapping[int, str], kinds: Mapping[int, str]) -> list[Step]:
    statements = {s.number: s for s in kept.statements}
    wanted_by: dict[int, set[int]] = {}
    everything = 0
    for number in statements:
        everything |= 1 << number
    for target in kept.targets:
        todo = [s for s in inner if s.cell == target]
        seen = 0
        while todo:
            new = todo.pop().needs & ~seen & everything
            seen |= new
            for number in bits(new):
                if statements[number].cell not in kept.targets:
                    todo.append(statements[number])
                    wanted_by.setdefault(number, set()).add(target)
    steps = {t: Step(name=names[t], cell=t, statements=[], kind=kinds.get(t, "step")) for t in sorted(kept.targets)}
    shared = Step(name="prepare", cell=-1, statements=[])
    depends: dict[int, int] = {}
    made_by = dict.fromkeys(steps, 0)
    for s in inner:
        depends[s.number] = max((t for t, made in made_by.items() if s.needs & made), default=-1)
        if s.cell in steps:
            made_by[s.cell] |= 1 << s.number
            steps[s.cell].statements.append(s)
            continue
        if depends[s.number] >= 0:
            made_by[depends[s.number]] |= 1 << s.number
        by = wanted_by.get(s.number) or {max(kept.targets)}
        if len(by) == 1:
            steps[next(iter(by))].statements.append(s)
        elif depends[s.number] >= 0:
            steps[depends[s.number]].statements.append(s)
        else:
            shared.statements.append(s)
    for step in steps.values():
        step.statements.sort(key=lambda s: s.number)
    return ([shared] if shared.statements else []) + list(steps.values())


def _connect(steps: Sequence[Step]) -> None:
    """Find what each step takes from which, and for whom it has to wait."""
    order = {id(step): position for position, step in enumerate(steps)}
    owned = {id(step): sum(1 << s.number for s in step.statements) for step in steps}
    bound_by: dict[str, list[int]] = {}
    for step in steps:
        for s in step.statements:
            for name in s.bound:
                bound_by.setdefault(name, []).append(s.number)
    readers: dict[str, list[Step]] = {}
    for step in steps:
        sources: dict[str, int] = {}
        step_names = {name for s in step.statements for name in s.bound}
        for s in step.statements:
            for name, needs in s.sources.items():
                if name[0] != "<":
                    sources[name] = sources.get(name, 0) | needs
            for name in s.deferred - step_names:
                if name not in sources:  # a function made here needs it when it is called
                    sources[name] = sum(1 << n for n in bound_by.get(name, ()) if n < s.number)
        for name, needs in sources.items():
            makers = {id(s): s for s in steps[: order[id(step)]] if needs & owned[id(s)]}
            binders = [m for m in makers.values() if any(name in s.bound | s.assigned for s in m.statements)]
            if not binders:
                continue
            maker = max(makers.values(), key=lambda m: order[id(m)])
            step.inputs.append(name)
            step.sources[name] = maker
            if name not in maker.outputs:
                maker.outputs.append(name)
            if maker not in binders and name not in maker.inputs:
                maker.inputs.append(name)
                first = max(binders, key=lambda m: order[id(m)])
                maker.sources[name] = first
                if name not in first.outputs:
                    first.outputs.append(name)
        needs = 0
        for s in step.statements:
            needs |= s.needs
        for other in steps[: order[id(step)]]:
            if needs & owned[id(other)] and other not in [*step.sources.values(), *step.after]:
                step.after.append(other)
        changed = {n for s in step.statements for n in changed_names(s.node)} & set(step.inputs)
        for name in step.inputs:
            for reader in readers.get(name, ()):
                if name in changed and reader is not step and reader not in step.sources.values():
                    step.after.append(reader)
            readers.setdefault(name, []).append(step)
        for check in steps[: order[id(step)]]:
            if check.kind == "check" and check not in step.after:
                step.after.append(check)


def _keep_order(steps: Sequence[Step]) -> None:
    """Let a step that changes an object wait for those that read it as it was, or refuse where it cannot."""
    order = {id(step): position for position, step in enumerate(steps)}
    refusals = []
    for step in steps:
        for s in step.statements:
            if not s.changes:
                continue
            for reader in steps:
                if reader is step or not any(r.number < s.number and r.reached & s.changes for r in reader.statements):
                    continue
                if order[id(reader)] < order[id(step)]:
                    if reader not in [*step.sources.values(), *step.after]:
                        step.after.append(reader)
                    continue
                refusals.append(
                    Refusal(
                        cell=s.cell,
                        line=s.node.lineno,
                        name=ast.unparse(s.node).split("\n")[0][:60],
                        reason=f"it changes what the step of cell {reader.cell} reads as it was before",
                        fix="Mark its cell with %%step too, or change a copy.",
                    )
                )
    if refusals:
        raise PromotionRefusedError(refusals)


def _refuse_ambiguous(steps: Sequence[Step]) -> None:
    crossing = {name for step in steps for name in step.inputs}
    refusals = []
    for name in sorted(crossing):
        binders = [step for step in steps if any(name in s.bound for s in step.statements)]
        if len(binders) > 1:
            at = next(s for s in binders[1].statements if name in s.bound)
            cells = " and ".join(str(step.cell) for step in binders)
            refusals.append(
                Refusal(
                    cell=at.cell,
                    line=at.node.lineno,
                    name=name,
                    reason=f"several steps bind it (cells {cells}), and another reads it",
                    fix="Give it another name in one of them.",
                )
            )
    if refusals:
        raise PromotionRefusedError(refusals)


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
