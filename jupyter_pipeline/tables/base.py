"""Base of the tables: rows as text and HTML, links, times."""

from __future__ import annotations

import html
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tabulate import tabulate

__all__ = ["Link", "Table", "age", "local"]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headers.

    Attributes
    ----------
    headers : sequence of str
        Column names.
    rows : sequence of sequence of str
        Rows, each as long as `headers`.
    empty : str
        Text in place of a table without rows.
    notes : sequence of str
        Sentences below the table.
    """

    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    empty: str
    notes: Sequence[str] = ()

    def __str__(self) -> str:
        if not self.rows:
            return self.empty
        table = tabulate(self.rows, headers=self.headers, tablefmt="simple", disable_numparse=True)
        return "\n".join([table, *self.notes])

    def _repr_html_(self) -> str:
        if not self.rows:
            return f"<p>{html.escape(self.empty)}</p>"
        table = tabulate(self.rows, headers=self.headers, tablefmt="html", disable_numparse=True)
        return "".join([str(table), *(f"<p>{html.escape(note)}</p>" for note in self.notes)])

    def _repr_pretty_(self, printer: object, cycle: bool) -> None:
        printer.text(str(self))  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Link:
    """Address that a notebook shows as a link."""

    url: str
    label: str = ""
    """Text of the link in HTML; by default the address."""

    def __str__(self) -> str:
        return self.url

    def _repr_html_(self) -> str:
        url, label = html.escape(self.url, quote=True), html.escape(self.label or self.url)
        return f'<a href="{url}" target="_blank" rel="noopener">{label}</a>'

    def _repr_pretty_(self, printer: object, cycle: bool) -> None:
        printer.text(self.url)  # type: ignore[attr-defined]


def age(moment: float | None) -> str:
    """Return the time since a moment in its largest unit; empty for none."""
    if not moment:
        return ""
    elapsed = max(0.0, time.time() - moment)
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if elapsed >= size:
            return f"{elapsed / size:.0f} {unit}"
    return f"{elapsed:.0f} s"


def local(moment: float | None) -> str:
    """Return a moment as text in the local time zone; empty for none."""
    return datetime.fromtimestamp(moment).astimezone().strftime("%a %d %b %H:%M:%S %Z") if moment else ""
