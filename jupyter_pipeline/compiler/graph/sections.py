"""Partition a whole notebook into steps: its sections.

1. A section of the notebook is a step. `division` divides a notebook without headings.
2. `edges` connects the steps. Sections whose values would differ from the notebook's become one step, with those
   between them: a name that is rebound after a function captured it, a value that is possibly undefined, an object that
   only one thread can use.
3. Steps that use the same files, random numbers, figures or settings run in the order of the notebook. The others run
   in parallel.

So every notebook has a partition: in the last resort, one step.
"""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from jupyter_pipeline.compiler.analysis.slicer import SlicedProgram
from jupyter_pipeline.compiler.analysis.statements import Statement
from jupyter_pipeline.compiler.frontend.directives import Directive
from jupyter_pipeline.compiler.frontend.notebook import CellNote
from jupyter_pipeline.compiler.frontend.sections import Section
from jupyter_pipeline.compiler.graph.division import divide_cells
from jupyter_pipeline.compiler.graph.edges import Conflict, connect
from jupyter_pipeline.compiler.graph.effect_order import order_effects
from jupyter_pipeline.compiler.graph.imports import copy_statements, find_copied_statements
from jupyter_pipeline.compiler.graph.naming import to_identifier, unused_name
from jupyter_pipeline.compiler.graph.steps import Step, find_assigned_names
from jupyter_pipeline.compiler.graph.subjects import Subject, find_modules, find_section_subject
from jupyter_pipeline.compiler.graph.threads import find_thread_bound
from jupyter_pipeline.compiler.refusals import refusal
from jupyter_pipeline.exceptions import CompileRefusedError

__all__ = ["Division", "partition_sections"]


@dataclass(slots=True)
class _Group:
    """Sections that become one step."""

    sections: list[Section]
    statements: list[Statement] = field(default_factory=list)
    leading: int = 0
    """Number of sections at the start that do not name the step, because all steps have copies of their statements."""

    @property
    def cells(self) -> tuple[int, ...]:
        return tuple(cell for section in self.sections for cell in section.cells)

    @property
    def title(self) -> str:
        return next((section.title for section in self.named if section.title), "")

    @property
    def activity(self) -> str:
        return next((section.activity for section in self.named if section.activity), "")

    @property
    def named(self) -> list[Section]:
        """Sections that name the step."""
        return self.sections[self.leading :]


class Division(NamedTuple):
    """The steps of a whole notebook, with remarks on their division."""

    steps: list[Step]
    directives: dict[int, Directive]
    """By the `Step.cell` of each step."""
    notes: list[CellNote]


def partition_sections(
    sliced: SlicedProgram,
    inner: Sequence[Statement],
    imports: Sequence[Statement],
    sections: Sequence[Section],
    *,
    directives: Mapping[int, Directive],
    function: str,
    taken: Collection[str],
    one_step: bool = False,
) -> Division:
    """Return the steps of a whole notebook in document order, connected by edges.

    Parameters
    ----------
    sliced : SlicedProgram
        All statements of the notebook.
    inner : sequence of Statement
        Statements that are not at module level.
    imports : sequence of Statement
        Imports at module level.
    sections : sequence of Section
        See `frontend.sections.find_sections`.
    directives : mapping of int to Directive
        Directive of each marked cell.
    function : str
        Name of the pipeline as an identifier: the name of a single step.
    taken : collection of str
        Names at module level.
    one_step : bool, default False
        Make one step of all sections.
    """
    by_cell: dict[int, list[Statement]] = {}
    for s in inner:
        by_cell.setdefault(s.cell, []).append(s)
    by_number = {s.number: s for s in inner}
    copied = 0 if one_step else find_copied_statements(inner)
    if len(sections) == 1 and not sections[0].is_marked and not one_step:
        sections = divide_cells(sections[0], by_cell, copied)
    groups = [_Group([section], [s for c in section.cells for s in by_cell.get(c, ())]) for section in sections]
    notes: list[CellNote] = []
    if one_step:
        groups = [_merge(groups)]
    groups = _join_copies([group for group in groups if group.statements or one_step], copied)
    while True:
        steps = [
            Step(
                name=f"step_{i}",
                cell=g.cells[0],
                cells=g.cells,
                statements=copy_statements(g.statements, copied, by_number),
                kind=_kind(g, directives),
            )
            for i, g in enumerate(groups)
        ]
        conflicts = (
            [*connect(steps), *_find_unbound(steps), *find_thread_bound(steps, imports)] if len(steps) > 1 else []
        )
        if not conflicts:
            break
        groups = _resolve(groups, conflicts, notes)
    if not groups:  # definitions only: the pipeline has a step that does nothing
        steps = [Step(name=function, cell=-1, statements=[])]
    chosen = {step.cell: _directive(group, directives, notes) for step, group in zip(steps, groups, strict=False)}
    sources = {cell: plain.source for cell, plain in sliced.program.plain.items()}
    _name(steps, groups, chosen, function, {*taken, *(n for s in inner for n in s.bound)}, sources)
    notes += order_effects(steps)
    return Division(steps, chosen, notes)


def _join_copies(groups: Sequence[_Group], copied: int) -> list[_Group]:
    """Join each group whose statements every step can have a copy of with the group below it."""
    found: list[_Group] = []
    waiting: list[_Group] = []
    for group in groups:
        waiting.append(group)
        if group is groups[-1] or any(not copied >> s.number & 1 for s in group.statements):
            found.append(replace(_merge(waiting), leading=len(waiting) - 1))
            waiting = []
    return found


def _merge(groups: Sequence[_Group]) -> _Group:
    return _Group([s for g in groups for s in g.sections], [s for g in groups for s in g.statements])


def _resolve(groups: list[_Group], conflicts: Sequence[Conflict], notes: list[CellNote]) -> list[_Group]:
    """Merge the groups of each conflict, add a note for each merge, and return all groups."""
    spans = sorted(
        (c.first if c.first < c.last else max(c.last - 1, 0), max(c.last, 1), n) for n, c in enumerate(conflicts)
    )
    found: list[_Group] = []
    position = 0
    while position < len(groups):
        end, reasons = position, list[Conflict]()
        for first, last, number in spans:
            if position <= first <= end:
                end = max(end, min(last, len(groups) - 1))
                reasons.append(conflicts[number])
        if end > position:
            merged = groups[position : end + 1]
            names = [f"{group.title or 'the first cells'!r}" for group in merged]
            reason = reasons[0]
            line = reason.statement.node.lineno
            shown = ", ".join(names[:-1]) + f" and {names[-1]}"
            text = f"{shown} are one step, because of {reason.name!r} in line {line}: {reason.reason}"
            if any(group.title for group in merged):  # parts without headings have no names yet
                notes.append(CellNote(reason.statement.cell, text))
            found.append(_merge(merged))
        else:
            found.append(groups[position])
        position = end + 1
    return found


# Names


def _kind(group: _Group, directives: Mapping[int, Directive]) -> str:
    """Return ``check`` if the step is one cell that is marked as a check."""
    alone = len(group.cells) == 1 and group.cells[0] in directives
    return directives[group.cells[0]].kind if alone else "step"


def _directive(group: _Group, directives: Mapping[int, Directive], notes: list[CellNote]) -> Directive:
    """Return the directive of the first marked cell of a step; an empty one without a marked cell."""
    marked = [cell for cell in group.cells if cell in directives]
    if not marked:
        return Directive()
    directive = directives[marked[0]]
    if len(group.cells) == 1:
        return directive
    if directive.map:
        notes.append(CellNote(marked[0], "--map has no effect, because the cell is part of a larger step"))
    for other in (cell for cell in marked[1:] if directives[cell].name != directive.name):
        if directives[other].placement != directive.placement:
            raise CompileRefusedError(
                [refusal("step-compute", cell=other, line=1, name=directives[other].name, step=directive.name)]
            )
        notes.append(CellNote(other, f"its options have no effect, because it is part of step {directive.name!r}"))
    return replace(directive, kind="step", map=False)


def _name(
    steps: Sequence[Step],
    groups: Sequence[_Group],
    directives: Mapping[int, Directive],
    function: str,
    taken: Collection[str],
    sources: Mapping[int, str],
) -> None:
    """Set name and summary of each step."""
    used = set(taken)
    modules = find_modules([*sources.values()])
    for position, (step, group) in enumerate(zip(steps, groups, strict=False)):
        directive = directives[step.cell]
        named = [cell for section in group.named for cell in section.cells if cell in sources]
        bodies = {cell: [s.node for s in step.statements if s.cell == cell] for cell in named}
        texts = {sources[cell]: body for cell, body in bodies.items() if body}
        subject = find_section_subject(group.title, texts, modules)
        values = find_assigned_names(step.statements)
        is_named = group.activity in ("load", "prepare") and bool(values)
        if is_named and len(group.cells) > 1 and not group.title and not subject.from_comment:
            subject = Subject(f"{group.activity}_{values[0]}", f"{group.activity.capitalize()} `{values[0]}`.")
        if directive.name:
            name = to_identifier(directive.name)
        elif len(steps) == 1:
            name = function
        else:
            fallback = "set_up" if position == 0 else f"continue_{function}"
            name = to_identifier(unicodedata.normalize("NFKC", subject.name)) if subject.name else fallback
        if name in used and name not in {s.name for s in steps}:
            name = f"{name}_step"
        step.name = unused_name(name, used)
        used.add(step.name)
        step.summary = subject.summary or ("Set up later steps." if position == 0 else f"Continue {function}.")
        if len(steps) == 1 and not group.title:
            step.summary = "Run all cells of the notebook."
    if not groups:
        steps[0].summary = "Run nothing: the notebook has definitions only."


# Values that are possibly undefined


def _find_unbound(steps: Sequence[Step]) -> Iterator[Conflict]:
    """Find values that a step may leave undefined, and that another one reads under a condition.

    A notebook fails only if the read happens; a step would fail when it returns the name.
    """
    for position, step in enumerate(steps):
        for name, producer in step.sources.items():
            source = steps.index(producer)
            if name in producer.inputs or any(_binds(s.node, name, loops=True) for s in producer.statements):
                if name in producer.inputs or any(_binds(s.node, name, loops=False) for s in producer.statements):
                    continue
                if any(_reads_always(s.node, name) for s in step.statements):
                    continue
            reader = next((s for s in step.statements if name in s.read), step.statements[0])
            reason = "the step that assigns it may leave it undefined"
            yield Conflict(reader, name, "", reason, source, position)


def _binds(node: ast.stmt, name: str, *, loops: bool) -> bool:
    """Return True if a statement binds `name` on all paths.

    Parameters
    ----------
    node : ast.stmt
        The statement.
    name : str
        The name.
    loops : bool
        Assume that each loop runs once, and that no exception is handled.
    """

    def all_bind(*bodies: Sequence[ast.stmt]) -> bool:
        return all(any(_binds(s, name, loops=loops) for s in body) for body in bodies)

    match node:
        case ast.If():
            return all_bind(node.body, node.orelse)
        case ast.For() | ast.AsyncFor():
            return loops and (name in _targets(node.target) or all_bind(node.body))
        case ast.While():
            return loops and all_bind(node.body)
        case ast.With() | ast.AsyncWith():
            targets = {n for item in node.items if item.optional_vars for n in _targets(item.optional_vars)}
            return name in targets or all_bind(node.body)
        case ast.Try() | ast.TryStar():
            handlers = [h.body for h in node.handlers if not isinstance(h.body[-1], ast.Raise)]
            return all_bind(node.finalbody) or (all_bind([*node.body, *node.orelse]) and (loops or all_bind(*handlers)))
        case ast.Match():
            return False
        case ast.Delete():
            return False
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return node.name == name
        case ast.Import() | ast.ImportFrom():
            return any((a.asname or a.name.partition(".")[0]) == name for a in node.names)
        case _:
            return name in _targets(node)


def _targets(node: ast.AST) -> set[str]:
    """Return the names that a simple statement or target binds."""
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _reads_always(node: ast.stmt, name: str) -> bool:
    """Return True if a simple statement reads `name` outside of conditions and functions."""
    if isinstance(node, ast.If | ast.While):
        node_: ast.AST = node.test
    elif isinstance(node, ast.For | ast.AsyncFor):
        node_ = node.iter
    elif isinstance(node, ast.Expr | ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Assert):
        node_ = node
    else:
        return False
    pending = [node_]
    while pending:
        one = pending.pop()
        if isinstance(one, ast.Lambda | ast.IfExp | ast.BoolOp | ast.GeneratorExp):
            continue
        if isinstance(one, ast.Name) and one.id == name and isinstance(one.ctx, ast.Load):
            return True
        pending += ast.iter_child_nodes(one)
    return False
