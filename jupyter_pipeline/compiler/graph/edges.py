"""What passes between the steps: which step gives another the value of a name, and which it only has to wait for.

A step is a function, so a name in it is its own: it starts with the value that an earlier step returned, whatever
others make of the name meanwhile. Here it is made sure that this is the value which the notebook has there.

1. For each name that a step does not bind itself, the latest earlier step that ends with the right binding gives it.
2. A step waits for those that changed objects which it reads, and for those that read what it changes.
   What stands below a check waits for it.
3. Each statement is then followed in the order of the steps. One that would see another binding than in the notebook
   is refused.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from jupyter_pipeline.compiler.analysis.statements import Statement
from jupyter_pipeline.compiler.checks import refusal
from jupyter_pipeline.compiler.graph.steps import Step
from jupyter_pipeline.models import Refusal

__all__ = ["connect"]


def connect(steps: Sequence[Step]) -> list[Refusal]:
    """Fill in inputs, outputs and order of `steps`, which run in this order or at once.

    Returns
    -------
    list of Refusal
        Statements that would see another value than in the notebook; empty where the steps are right.
    """
    return [*_Edges(steps).connect(), *_keep_order(steps)]


class _Edges:
    """The steps, with the bindings that each of them ends with."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self.steps = steps
        self.home = {s.number: position for position, step in enumerate(steps) for s in step.statements}
        self.owned = [sum(1 << s.number for s in step.statements) for step in steps]
        self.inner = sum(self.owned)
        self.ends: list[dict[str, int]] = []
        """For each step, and each name at its end, the bits of the statements that bound it."""
        self.lent: list[dict[str, int]] = [{} for _ in steps]
        """For each step, the bindings that the functions made in it read, wherever they are called."""
        self.meant: dict[str, set[int]] = {}
        """For each name, the sets of bindings that some statement sees."""
        for step in steps:
            for s in step.statements:
                for name, bits in s.versions.items():
                    self.meant.setdefault(name, set()).add(bits)
                for (name, lender), bits in s.deferred_versions.items():
                    self.meant.setdefault(name, set()).add(bits)
                    if lender in self.home:
                        names = self.lent[self.home[lender]]
                        names[name] = names.get(name, 0) | bits

    def connect(self) -> list[Refusal]:
        """Connect each step with those before it."""
        refusals: list[Refusal] = []
        for position, step in enumerate(self.steps):
            local = {}
            for name, bits in self._wanted(position).items():
                maker = self._maker(position, name, bits)
                if maker is None:
                    continue
                giver = self.steps[maker]
                step.inputs.append(name)
                step.sources[name] = giver
                if name not in giver.outputs:
                    giver.outputs.append(name)
                local[name] = self.ends[maker].get(name, 0)
            needs = 0
            for s in step.statements:
                needs |= s.needs
            for other, owned in zip(self.steps[:position], self.owned, strict=False):
                if other not in step.sources.values() and (needs & owned or other.kind == "check"):
                    step.after.append(other)
            refusals += self._follow(position, local)
            self.ends.append(local)
        return refusals

    def _wanted(self, position: int) -> dict[str, int]:
        """Return the names that the step takes from outside, with the bindings that it must see."""
        outside = self.inner & ~self.owned[position]
        wanted: dict[str, int] = {}
        read = [item for s in self.steps[position].statements for item in s.versions.items()]
        left = [item for s in self.steps[position].statements for item in self._left(s)]
        for name, bits in [*read, *left, *self.lent[position].items()]:
            if bits & outside:
                wanted[name] = wanted.get(name, 0) | bits & outside
        return wanted

    def _left(self, s: Statement) -> Iterator[tuple[str, int]]:
        """Yield what names stood for that `s` may leave as they were, where somebody reads them afterwards."""
        own = 1 << s.number
        for name, after in s.binds.items():
            before = after & ~own
            if before and any(bits & own and bits & before for bits in self.meant.get(name, ())):
                yield name, before

    def _maker(self, position: int, name: str, bits: int) -> int | None:
        """Return the earlier step from which the value of `name` comes: the last that ends with it and changed it."""
        needs = bits
        for s in self.steps[position].statements:
            needs |= s.sources.get(name, 0)
        earlier = [p for p in range(position - 1, -1, -1) if self.owned[p] & needs]
        right = [p for p in earlier if self.ends[p].get(name) == bits]
        binders = [p for p in earlier if self.owned[p] & bits]
        return next(iter(right or binders), None)

    def _follow(self, position: int, local: dict[str, int]) -> Iterator[Refusal]:
        """Run the statements of a step on bindings, and yield what sees others than in the notebook."""
        for s in self.steps[position].statements:
            own = 1 << s.number
            for name, bits in s.versions.items():
                expected = bits & self.inner & ~own
                if expected and local.get(name, 0) != expected:
                    yield _refusal(s, name, "ambiguous-binding")
            for (name, lender), bits in s.deferred_versions.items():
                expected = bits & self.inner & ~own
                maker = self.home.get(lender, position)
                present = local if maker == position else self.ends[maker] if maker < position else {}
                if expected and present.get(name, 0) != expected:
                    yield _refusal(s, name, "captured-name-rebound")
            for name, lenders in s.assigned_by.items():
                if name in s.bound and any(self.home.get(lender, position) != position for lender in lenders):
                    yield _refusal(s, name, "captured-name-assigned")
            for name in s.bound:
                after = s.binds.get(name, 0)
                local[name] = own if not after & ~own else local.get(name, 0) | own


def _refusal(s: Statement, name: str, rule: str) -> Refusal:
    return refusal(rule, cell=s.cell, line=s.node.lineno, name=name)


def _keep_order(steps: Sequence[Step]) -> Iterator[Refusal]:
    """Let a step that changes an object wait for those that read it as it was; yield where that cannot be."""
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
                yield _refusal(s, ast.unparse(s.node).split("\n")[0][:60], "changed-before-read")
