"""Read the tables and the visible text of HTML output with Beautiful Soup."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["HtmlContent", "UnreadableHtmlError", "compare_html", "read_html"]

_MOST_TEXT = 3_000_000
_MOST_CELLS = 200_000


class UnreadableHtmlError(Exception):
    """The HTML is not compared; the message is the reason."""


@dataclass(frozen=True, slots=True)
class HtmlContent:
    """Tables and other text of an HTML output."""

    tables: tuple[tuple[tuple[str, ...], ...], ...]
    text: str

    def __str__(self) -> str:
        rows = ["\t".join(row) for table in self.tables for row in table]
        return "\n".join([*rows, *([self.text] if self.text else [])])


def read_html(html: str) -> HtmlContent:
    """Return the tables and the visible text of an HTML output.

    Raises
    ------
    UnreadableHtmlError
        If it is too large, nested too deeply, or no HTML.
    """
    from bs4 import BeautifulSoup

    if len(html) > _MOST_TEXT:
        raise UnreadableHtmlError("the HTML output is too large")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            soup = BeautifulSoup(html, "html.parser")
            for element in soup.find_all(["style", "script", "template"]):
                element.decompose()
            tables = tuple(
                tuple(
                    tuple(cell.get_text(" ", strip=True) for cell in row.find_all(["td", "th"]))
                    for row in table.find_all("tr")
                )
                for table in soup.find_all("table")
            )
            if sum(len(row) for table in tables for row in table) > _MOST_CELLS:
                raise UnreadableHtmlError("the HTML table is too large")
            for table in soup.find_all("table"):
                table.extract()
            text = soup.get_text(" ", strip=True)
    except (RecursionError, AssertionError, ValueError) as error:
        raise UnreadableHtmlError(f"the HTML output cannot be read ({type(error).__name__})") from error
    return HtmlContent(tables, text)


def compare_html(notebook: HtmlContent, run: HtmlContent, is_same: Callable[[str, str], bool]) -> str:
    """Return the reason why two HTML outputs differ; empty if they do not.

    Parameters
    ----------
    notebook, run : HtmlContent
        The outputs.
    is_same : callable
        Comparison of two texts.
    """
    if len(notebook.tables) != len(run.tables):
        return f"{len(run.tables)} tables instead of {len(notebook.tables)}"
    for first, second in zip(notebook.tables, run.tables, strict=True):
        if reason := _compare_table(first, second, is_same):
            return reason
    return "" if is_same(notebook.text, run.text) else "the text differs"


def _compare_table(
    first: tuple[tuple[str, ...], ...], second: tuple[tuple[str, ...], ...], is_same: Callable[[str, str], bool]
) -> str:
    if len(first) != len(second):
        return f"{len(second)} rows instead of {len(first)}"
    for number, (one, other) in enumerate(zip(first, second, strict=True)):
        if len(one) != len(other):
            return f"row {number} has {len(other)} columns instead of {len(one)}"
        for column, (a, b) in enumerate(zip(one, other, strict=True)):
            if a != b and not is_same(a, b):
                return f"row {number}, column {column}: {_short(b)} instead of {_short(a)}"
    return ""


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:39]}…")
