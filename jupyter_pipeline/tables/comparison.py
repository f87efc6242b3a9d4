"""Show the comparison of a rehearsal with the notebook, as text and as HTML with the sides of each difference."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from jupyter_pipeline.models import CellComparison, ComparisonStatus, ItemComparison, RehearsalComparison

__all__ = ["Comparison"]

_MARKS = {ComparisonStatus.SAME: "=", ComparisonStatus.DIFFERS: "≠", ComparisonStatus.NOT_COMPARED: "?"}
_COLORS = {
    ComparisonStatus.SAME: "var(--jp-success-color1, #2e7d32)",
    ComparisonStatus.DIFFERS: "var(--jp-error-color1, #c62828)",
    ComparisonStatus.NOT_COMPARED: "var(--jp-ui-font-color2, #616161)",
}
_SIDE = (
    "vertical-align: top; text-align: left; padding: 4px 8px; width: 50%; max-width: 0; overflow-x: auto; "
    "background: var(--jp-layout-color2, #f5f5f5);"
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Comparison of a rehearsal with the notebook.

    Attributes
    ----------
    comparison : RehearsalComparison
        The record.
    """

    comparison: RehearsalComparison

    @property
    def summary(self) -> str:
        """Numbers of cells by status, in one sentence."""
        counts = Counter(cell.status for cell in self.comparison.cells)
        parts = [f"{count} {status.value}" for status in ComparisonStatus if (count := counts[status])]
        files = sum(each.status is ComparisonStatus.DIFFERS for each in self.comparison.files)
        parts += [f"{files} file{'s' if files > 1 else ''} differ{'' if files > 1 else 's'}"] if files else []
        return f"Compared with the notebook: {', '.join(parts) or 'no cell'}."

    def __str__(self) -> str:
        lines = [self.summary]
        for cell in self.comparison.cells:
            lines.append(f"  {_MARKS[cell.status]} {_capitalize(cell.label)}: {_verdict(cell)}")
            for item in cell.items:
                lines += [f"      {line}" for line in _item_lines(item)]
            lines += [f"      {note}" for note in cell.notes if cell.status is not ComparisonStatus.SAME]
        for item in self.comparison.files:
            if _is_shown(item):
                lines.append(f"  {_MARKS[item.status]} {item.name}: {_file_verdict(item)}")
                lines += [f"      {line}" for line in _side_lines(item)]
        return "\n".join([*lines, *(f"  {note}" for note in self.comparison.notes)])

    def _repr_pretty_(self, printer: object, cycle: bool) -> None:
        printer.text(str(self))  # type: ignore[attr-defined]

    def _repr_html_(self) -> str:
        rows = "".join(_cell_html(cell) for cell in self.comparison.cells)
        files = "".join(_item_html(item, name=item.name) for item in self.comparison.files if _is_shown(item))
        notes = "".join(f"<div style='opacity: .75'>{html.escape(note)}</div>" for note in self.comparison.notes)
        return (
            "<div class='jupyter-pipeline-comparison' style='max-width: 900px'>"
            f"<div><b>{html.escape(self.summary)}</b></div>{rows}{files}{notes}</div>"
        )


def _verdict(cell: CellComparison) -> str:
    ignored = f" (ignored: {', '.join(cell.ignored)})" if cell.ignored else ""
    if cell.status is ComparisonStatus.SAME and not cell.items and not ignored:
        return "same (it shows nothing)"
    reason = f", because {cell.reason}" if cell.reason else ""
    return f"{cell.status.value}{reason}{ignored}"


def _file_verdict(item: ItemComparison) -> str:
    return f"same ({item.reason})" if item.status is ComparisonStatus.SAME else item.reason


def _item_lines(item: ItemComparison) -> Iterator[str]:
    if item.status is ComparisonStatus.SAME:
        return
    yield f"{_title(item)}: {item.reason}"
    yield from (f"  {line}" for line in _side_lines(item))


def _side_lines(item: ItemComparison) -> Iterator[str]:
    """Yield both sides of a difference."""
    if item.status is ComparisonStatus.DIFFERS:
        for side, text in (("notebook", item.notebook), ("run", item.run)):
            for line in text.split("\n") if text else ():
                yield f"{side:>8} | {line}"


def _title(item: ItemComparison) -> str:
    return f"{item.kind} {item.name}".strip()


def _is_shown(item: ItemComparison) -> bool:
    """Return True for a result that is not plainly the same; a file may be the same except for times."""
    return item.status is not ComparisonStatus.SAME or (item.kind == "file" and bool(item.reason))


def _cell_html(cell: CellComparison) -> str:
    shown = [item for item in cell.items if _is_shown(item)]
    notes = "".join(f"<div style='opacity: .75'>{html.escape(note)}</div>" for note in cell.notes)
    body = "".join(_item_html(item, name="") for item in shown) + notes
    head = f"{_mark(cell.status)} {html.escape(_capitalize(cell.label))}: {html.escape(_verdict(cell))}"
    opened = " open" if cell.status is ComparisonStatus.DIFFERS else ""
    if not body:
        return f"<div style='padding-left: 1em'>{head}</div>"
    return f"<details{opened}><summary>{head}</summary><div style='padding-left: 2em'>{body}</div></details>"


def _item_html(item: ItemComparison, *, name: str) -> str:
    head = f"<div>{_mark(item.status)} {html.escape(name or _title(item))}: {html.escape(_file_verdict(item))}</div>"
    sides = [
        f"<td style='{_SIDE}'>{_side_html(text, picture)}</td>"
        for text, picture in ((item.notebook, item.notebook_picture), (item.run, item.run_picture))
    ]
    if item.status is ComparisonStatus.SAME or not any(
        (item.notebook, item.run, item.notebook_picture, item.run_picture)
    ):
        return head
    return (
        f"{head}<table style='width: 100%; table-layout: fixed'><tr><th style='text-align: left'>Notebook</th>"
        f"<th style='text-align: left'>Rehearsal</th></tr><tr>{''.join(sides)}</tr></table>"
    )


def _side_html(text: str, picture: str) -> str:
    shown = f"<pre style='white-space: pre; margin: 0'>{html.escape(text)}</pre>" if text else "<i>nothing</i>"
    if picture:
        shown += f"<img alt='' style='max-width: 100%' src='data:image/png;base64,{html.escape(picture, quote=True)}'>"
    return shown


def _mark(status: ComparisonStatus) -> str:
    return f"<b style='color: {_COLORS[status]}'>{_MARKS[status]}</b>"


def _capitalize(label: str) -> str:
    return label[:1].upper() + label[1:]
