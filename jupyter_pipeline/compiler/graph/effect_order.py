"""Order steps by their effects: files, random numbers, figures, settings of libraries and of the process.

Steps that use the same of them run in the order of the notebook. The others run in parallel.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from jupyter_pipeline.compiler.analysis.locations import (
    ANY_FILE,
    FIGURE,
    PROCESS,
    RANDOM_STATE,
    SETTINGS,
    Access,
    Location,
)
from jupyter_pipeline.compiler.analysis.paths import overlap
from jupyter_pipeline.compiler.frontend.notebook import CellNote
from jupyter_pipeline.compiler.graph.steps import Step

__all__ = ["order_effects"]


def order_effects(steps: Sequence[Step]) -> list[CellNote]:
    """Make steps wait for earlier steps with common effects, and return a note for each kind of them.

    Parameters
    ----------
    steps : sequence of Step
        Connected steps in document order. Their `Step.after` is extended.
    """
    times = Counter(s.number for step in steps for s in step.statements)
    uses = [_footprint(step, times) for step in steps]
    seeded = any(access & Access.CREATE for use in uses for location, access in use.items() if location == RANDOM_STATE)
    before: list[set[int]] = []
    position = {id(step): i for i, step in enumerate(steps)}
    reasons: dict[str, list[str]] = {}
    for later, step in enumerate(steps):
        waits = set[int]()
        for source in (*step.sources.values(), *step.after):
            waits |= {position[id(source)], *before[position[id(source)]]}
        for earlier in range(later - 1, -1, -1):
            if earlier in waits:
                continue
            if reason := _conflict(uses[earlier], uses[later], seeded=seeded):
                step.after.append(steps[earlier])
                waits |= {earlier, *before[earlier]}
                reasons.setdefault(reason, []).append(step.name)
        before.append(waits)
    notes = []
    for reason, names in reasons.items():
        shown = ", ".join(dict.fromkeys(names))
        first = next(step for step in steps if step.name == names[0])
        text = f"{shown} cannot run beside earlier steps: they use the same {reason}"
        notes.append(CellNote(first.cell if first.cell >= 0 else first.statements[0].cell, text))
    return notes


def _footprint(step: Step, times: Mapping[int, int]) -> dict[Location, Access]:
    found: dict[Location, Access] = {}
    for s in step.statements:
        if times[s.number] > 1:
            continue  # a copy changes nothing in an order that matters
        for location, access in s.effects.items():
            found[location] = found.get(location, access) | access
    return found


def _conflict(first: Mapping[Location, Access], second: Mapping[Location, Access], *, seeded: bool) -> str:
    """Return the shared resource for which two steps must run in order; empty for none."""
    for location, text in ((PROCESS, "process state"), (SETTINGS, "settings")):
        if (first.get(location, Access.READ) | second.get(location, Access.READ)) & Access.WRITE:
            return text
    if FIGURE in first and FIGURE in second:
        return "figures"
    if seeded and RANDOM_STATE in first and RANDOM_STATE in second:
        return "random state"
    for one, access in first.items():
        for other, other_access in second.items():
            are_files = one.resource == other.resource == ANY_FILE.resource
            if are_files and (access | other_access) & Access.WRITE and overlap(one.name, other.name):
                return "files"
    return ""
