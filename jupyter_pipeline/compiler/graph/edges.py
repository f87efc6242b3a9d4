"""Connect the steps: edges that carry a value, and edges that only order.

A step is a function, so its names are local. A name starts with the value that an earlier step returned. This module
ensures that this is the value of the notebook.

1. A name that a step reads but does not bind comes from the latest earlier step that ends with the right binding.
2. A step waits for steps that change objects which it reads, and for steps that read objects which it changes.
   A step waits for every check above it.
3. Each statement is checked in the order of the steps. A statement that would see another binding than in the notebook
   is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jupyter_pipeline.compiler.analysis.heap import bits as positions
from jupyter_pipeline.compiler.analysis.statements import Statement
from jupyter_pipeline.compiler.analysis.syntax import shorten_statement
from jupyter_pipeline.compiler.graph.steps import Step
from jupyter_pipeline.compiler.refusals import refusal
from jupyter_pipeline.models import Refusal

__all__ = ["Conflict", "connect"]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Statement that would see another value than in the notebook, unless the steps around it are one."""

    statement: Statement
    name: str
    """Name or expression at fault."""
    rule: str
    """Id of the refusal rule; empty if only whole notebooks have such a conflict."""
    reason: str
    """Reason without a period."""
    first: int
    """Position of the first step that takes part."""
    last: int
    """Position of the last step that takes part."""

    @classmethod
    def by_rule(cls, rule: str, statement: Statement, name: str, first: int, last: int) -> Conflict:
        """Return a conflict that a refusal rule describes."""
        reason = refusal(rule, cell=statement.cell, line=1, name=name).reason
        return cls(statement, name, rule, reason, first, last)

    def refuse(self) -> Refusal:
        """Return the refusal of the statement."""
        place = {"cell": self.statement.cell, "line": self.statement.node.lineno}
        return refusal(self.rule, **place, name=self.name, reason=self.reason)


def connect(steps: Sequence[Step]) -> list[Conflict]:
    """Set inputs, outputs and predecessors of `steps`, which run in this order or in parallel.

    Returns
    -------
    list of Conflict
        Statements that would see another value than in the notebook.
    """
    conflicts = [*_Edges(steps).connect(), *_order_changes(steps)]
    _remove_implied_waits(steps)
    return conflicts


class _Edges:
    """Reaching definitions at the end of each step."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self.steps = steps
        self.home = {s.number: position for position, step in enumerate(steps) for s in step.statements}
        self.owned = [sum(1 << s.number for s in step.statements) for step in steps]
        self.inner = sum(1 << number for number in self.home)
        self.ends: list[dict[str, int]] = []
        """For each step, and each name at its end: bits of the statements that bound it."""
        self.captured: list[dict[str, int]] = [{} for _ in steps]
        """For each step: bindings that its functions read when they are called."""
        self.expected: dict[str, set[int]] = {}
        """For each name: sets of bindings that statements see."""
        for step in steps:
            for s in step.statements:
                for name, bits in s.versions.items():
                    self.expected.setdefault(name, set()).add(bits)
                for (name, definer), bits in s.deferred_versions.items():
                    self.expected.setdefault(name, set()).add(bits)
                    if definer in self.home:
                        names = self.captured[self.home[definer]]
                        names[name] = names.get(name, 0) | bits

    def connect(self) -> list[Conflict]:
        """Connect each step with earlier steps."""
        conflicts: list[Conflict] = []
        for position, step in enumerate(self.steps):
            local = {}
            for name, bits in self._free_names(position).items():
                source = self._find_producer(position, name, bits)
                if source is None:
                    continue
                producer = self.steps[source]
                step.inputs.append(name)
                step.sources[name] = producer
                if name not in producer.outputs:
                    producer.outputs.append(name)
                local[name] = self.ends[source].get(name, 0)
            needs = 0
            for s in step.statements:
                needs |= s.needs
            needs &= ~self.owned[position]  # steps may have copies of one import
            for other, owned in zip(self.steps[:position], self.owned, strict=False):
                if other not in step.sources.values() and (needs & owned or other.kind == "check"):
                    step.after.append(other)
            conflicts += self._simulate(position, local)
            self.ends.append(local)
        return conflicts

    def _free_names(self, position: int) -> dict[str, int]:
        """Return the free names of the step with the bindings that it must see."""
        outside = self.inner & ~self.owned[position]
        free: dict[str, int] = {}
        read = [item for s in self.steps[position].statements for item in s.versions.items()]
        preserved = [item for s in self.steps[position].statements for item in self._preserved(s)]
        for name, bits in [*read, *preserved, *self.captured[position].items()]:
            if bits & outside:
                free[name] = free.get(name, 0) | bits & outside
        return free

    def _preserved(self, s: Statement) -> Iterator[tuple[str, int]]:
        """Yield earlier bindings that `s` may preserve and a later statement reads."""
        own = 1 << s.number
        for name, after in s.binds.items():
            before = after & ~own
            if before and any(bits & own and bits & before for bits in self.expected.get(name, ())):
                yield name, before

    def _find_producer(self, position: int, name: str, bits: int) -> int | None:
        """Return the position of the step that gives `name`: the last one that ends with the binding and changed it."""
        needs = bits
        for s in self.steps[position].statements:
            needs |= s.sources.get(name, 0)
        earlier = [p for p in range(position - 1, -1, -1) if self.owned[p] & needs]
        right = [p for p in earlier if self.ends[p].get(name) == bits]
        binders = [p for p in earlier if self.owned[p] & bits]
        return next(iter(right or binders), None)

    def _simulate(self, position: int, local: dict[str, int]) -> Iterator[Conflict]:
        """Simulate the bindings of a step, and yield statements that see others than in the notebook."""
        for s in self.steps[position].statements:
            own = 1 << s.number
            for name, bits in s.versions.items():
                expected = bits & self.inner & ~own
                if expected and local.get(name, 0) != expected:
                    homes = self._homes(expected | local.get(name, 0))
                    yield self._conflict("ambiguous-binding", s, name, position, homes)
            for (name, definer), bits in s.deferred_versions.items():
                expected = bits & self.inner & ~own
                source = self.home.get(definer, position)
                present = local if source == position else self.ends[source] if source < position else {}
                if expected and present.get(name, 0) != expected:
                    yield self._conflict("captured-name-rebound", s, name, position, [source, *self._homes(expected)])
            for name, definers in s.assigned_by.items():
                homes = [self.home.get(definer, position) for definer in definers]
                if name in s.bound and any(home != position for home in homes):
                    yield self._conflict("captured-name-assigned", s, name, position, homes)
            for name in s.bound:
                after = s.binds.get(name, 0)
                local[name] = own if not after & ~own else local.get(name, 0) | own

    def _homes(self, bindings: int) -> list[int]:
        """Return the positions of the steps of some statements."""
        return [self.home[number] for number in positions(bindings & self.inner)]

    def _conflict(self, rule: str, s: Statement, name: str, position: int, homes: Sequence[int]) -> Conflict:
        involved = [position, *homes]
        return Conflict.by_rule(rule, s, name, min(involved), max(involved))


def _remove_implied_waits(steps: Sequence[Step]) -> None:
    """Remove each earlier step in `Step.after` for which another predecessor waits."""
    waits: dict[int, set[int]] = {}
    for step in steps:
        direct = {id(before): before for before in (*step.sources.values(), *step.after)}
        implied = {one for before in direct for one in waits.get(before, ())}
        waits[id(step)] = implied | set(direct)
        step.after = [before for before in step.after if id(before) not in implied]


def _order_changes(steps: Sequence[Step]) -> Iterator[Conflict]:
    """Make steps that change an object wait for its earlier readers; yield a conflict where the order forbids it."""
    order = {id(step): position for position, step in enumerate(steps)}
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
                first, last = order[id(step)], order[id(reader)]
                yield Conflict.by_rule("changed-before-read", s, shorten_statement(s.node), first, last)
