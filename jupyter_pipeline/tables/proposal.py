"""Tables of the proposed steps of a notebook, and of the cells that its cells need."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from jupyter_pipeline.models import CellSlice, StepProposal, StepsProposal
from jupyter_pipeline.tables.base import Table

__all__ = ["Proposal", "Slices"]

_SHOWN = 4
"""Number of cells, values or steps in one field of the table."""


class Proposal:
    """The proposed steps of a notebook, with the cells without a step and the notes.

    Parameters
    ----------
    proposal : StepsProposal
        The steps.
    write, deploy : str
        Commands that write and deploy the steps.
    """

    def __init__(self, proposal: StepsProposal, *, write: str, deploy: str) -> None:
        self.proposal = proposal
        self.write = write
        self.deploy = deploy

    def __str__(self) -> str:
        return "\n".join([str(self._table()), "", *self._lines()])

    def _repr_html_(self) -> str:
        lines = "".join(f"<li>{html.escape(line)}</li>" for line in self._lines())
        return f"{self._table()._repr_html_()}<ul>{lines}</ul>"

    def _repr_pretty_(self, printer: object, cycle: bool) -> None:
        printer.text(str(self))  # type: ignore[attr-defined]

    def _table(self) -> Table:
        rows = [
            (
                f"{step.name} (check)" if step.kind == "check" else step.name,
                _join([_shorten(label) for label in step.labels]),
                str(step.lines),
                _join([f"{value} of {source}" for value, source in step.inputs.items()]),
                _join(step.waits_for),
                _join(step.beside),
                step.compute,
                "marked" if step.is_marked else "",
            )
            for step in self.proposal.steps
        ]
        headers = ("step", "cells", "lines", "reads", "also waits for", "can run beside", "compute", "in the notebook")
        # A column in which all fields are empty says nothing.
        shown = [i for i in range(len(headers)) if i < 4 or any(row[i] for row in rows)]
        fields = [tuple(row[i] for i in shown) for row in rows]
        empty = "The notebook has definitions only. A pipeline of it runs nothing."
        return Table([headers[i] for i in shown], fields, empty)

    def _lines(self) -> Iterator[str]:
        found = self.proposal
        if found.basis == "headings":
            yield "The steps follow the headings."
        elif found.steps:
            yield "The notebook has no headings that divide it. The steps follow what its cells do."
        by_reason: dict[str, list[str]] = {}
        for cell in found.unassigned:
            by_reason.setdefault(cell.reason, []).append(_shorten(cell.label))
        for reason, labels in by_reason.items():
            yield f"Without a step: {', '.join(labels)} ({reason})."
        if found.parameters:
            yield f"Parameters: {', '.join(found.parameters)}."
        yield from (f"note: {note}" for note in found.notes)
        open_steps: list[StepProposal] = [step for step in found.steps if not step.is_marked]
        if found.written:
            yield "The steps are tags of the cells now. Edit the tags to change them."
        elif open_steps:
            yield f"Accept the steps: {self.write}"
        if found.steps:
            yield f"Deploy them: {self.deploy}"


class Slices:
    """The cells that each cell of a notebook needs, with the reasons of refused cells and the notes.

    Parameters
    ----------
    slices : sequence of CellSlice
        All code cells.
    """

    def __init__(self, slices: Sequence[CellSlice]) -> None:
        self.slices = slices

    def __str__(self) -> str:
        labels = {each.cell: _shorten(each.label) for each in self.slices}
        rows = [
            (
                labels[each.cell],
                "refused" if each.refusals else _join([labels[cell] for cell in each.needs]),
                "" if each.refusals else f"{each.share:.0%}",
                str(len(each.notes) or ""),
            )
            for each in self.slices
        ]
        lines = [str(Table(("cell", "needs", "kept", "notes"), rows, "The notebook has no code."))]
        refusals: dict[str, list[str]] = {}
        notes: dict[str, None] = {}
        for each in self.slices:
            for refusal in each.refusals:
                refusals.setdefault(str(refusal), []).append(labels[each.cell])
            notes |= dict.fromkeys(each.notes)
        compiled = [each for each in self.slices if not each.refusals]
        share = sum(each.share for each in compiled) / len(compiled) if compiled else 0.0
        if self.slices:
            lines += ["", f"{len(compiled)} of {len(self.slices)} cells compile; they keep {share:.0%} of the cells."]
        lines += [f"refused: {reason} (needed by {_join(cells)})" for reason, cells in refusals.items()]
        lines += [f"note: {note}" for note in notes]
        return "\n".join(lines)


def _shorten(label: str) -> str:
    """Return the label of a cell without its text."""
    return re.sub(r' ".*"$', "", label)


def _join(texts: Sequence[str]) -> str:
    more = len(texts) - _SHOWN
    return ", ".join(texts[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
