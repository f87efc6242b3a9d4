"""Divide the cells of a notebook without headings into steps.

1. A step starts at a cell that needs nothing of the cells directly above it.
2. A step starts where the activity changes: load, prepare, model, plot, report. A cell without an activity of its own
   belongs to the step above it. After cells that load, a cell that assigns something starts to prepare.
3. The smallest neighbours become one step until there are at most `MOST_STEPS`.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace

from jupyter_pipeline.compiler.analysis.locations import FIGURE
from jupyter_pipeline.compiler.analysis.statements import Statement
from jupyter_pipeline.compiler.frontend.sections import Section
from jupyter_pipeline.compiler.graph.actions import find_verbs

__all__ = ["MOST_STEPS", "divide_cells", "find_activity"]

MOST_STEPS = 12
"""Largest number of steps of a notebook without headings."""
_ACTIVITIES = (
    ("model", {"fit", "simulate"}),
    ("load", {"load", "query"}),
    ("plot", {"plot"}),
    ("model", {"predict", "evaluate"}),
    ("report", {"write"}),
)
"""Activities with the verbs of their calls; the first one that a cell has counts."""


def divide_cells(section: Section, by_cell: Mapping[int, Sequence[Statement]], copied: int) -> list[Section]:
    """Return the parts of a section in document order.

    Parameters
    ----------
    section : Section
        The cells of a notebook without headings.
    by_cell : mapping of int to sequence of Statement
        Statements of steps by their cell.
    copied : int
        Bits of the statements that each step has a copy of.
    """
    groups: list[Section] = []
    owned = 0
    for cell in section.cells:
        statements = by_cell.get(cell, ())
        needs = own = 0
        for s in statements:
            needs |= s.needs & ~copied
            own |= 1 << s.number
        activity = find_activity(statements)
        if groups and not activity and groups[-1].activity == "load" and any(s.bound for s in statements):
            activity = "prepare"
        is_other = bool(activity and groups and groups[-1].activity not in ("", activity))
        if not groups or (own and owned and (is_other or not needs & owned)):
            groups.append(replace(section, cells=(), activity=activity))
            owned = 0
        last = groups[-1]
        groups[-1] = replace(last, cells=(*last.cells, cell), activity=last.activity or activity)
        owned |= own
    while len(groups) > MOST_STEPS:
        sizes = [len(a.cells) + len(b.cells) for a, b in itertools.pairwise(groups)]
        smallest = sizes.index(min(sizes))
        first, second = groups[smallest : smallest + 2]
        larger = max(first, second, key=lambda group: len(group.cells))
        groups[smallest : smallest + 2] = [replace(larger, cells=first.cells + second.cells)]
    return groups


def find_activity(statements: Sequence[Statement]) -> str:
    """Return ``load``, ``model``, ``plot`` or ``report``; empty if the statements do nothing of this kind."""
    verbs = find_verbs([s.node for s in statements])
    if any(FIGURE in s.effects for s in statements):
        verbs.add("plot")
    return next((activity for activity, words in _ACTIVITIES if words & verbs), "")
