"""Divide a notebook into sections by its headings.

1. Headings are Markdown (``## Load``, underlined) or HTML (``<h2>``), outside of code blocks.
2. One level divides the notebook: the first level with at least three sections that have code, or the level with the
   most. Deeper headings belong to the section above.
3. A cell with a directive is a section of its own. It divides the section around it. Cells with the same step name are
   one section, with the cells between them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from jupyter_pipeline.compiler.frontend.notebook import Cell

__all__ = ["Section", "find_headings", "find_sections", "find_title"]

_ENOUGH = 3
"""Number of sections from which a level of headings divides a notebook well."""
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
_ATX = re.compile(r"^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-+)[ \t]*$")
_HTML = re.compile(r"<h([1-6])\b[^>]*>(.*?)</h\1\s*>", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Consecutive code cells that become one step."""

    title: str
    """Text of the heading; empty without one."""
    cells: tuple[int, ...]
    """Zero-based indices of its code cells, in order."""
    is_marked: bool = False
    """True if its cells have directives with the same step name."""
    activity: str = ""
    """``load``, ``prepare``, ``model``, ``plot`` or ``report``, in a notebook without headings."""


def find_headings(markdown: str) -> list[tuple[int, str]]:
    r"""Return level and text of each heading in a Markdown cell.

    Examples
    --------
    >>> find_headings("# Sales *2026*\ntext\n## 1. Load the data")
    [(1, 'Sales 2026'), (2, 'Load the data')]
    """
    found: list[tuple[int, str]] = []
    fence = ""
    lines = _HTML.sub(lambda m: f"\n{'#' * int(m[1])} {' '.join(m[2].split())}\n", markdown).split("\n")
    for previous, line in zip(["", *lines], lines, strict=False):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
            continue
        if mark:
            fence = mark[1]
        elif atx := _ATX.match(line):
            found.append((len(atx[1]), _plain(atx[2] or "")))
        elif (
            (rule := _UNDERLINE.match(line)) and previous.strip() and not previous.lstrip().startswith(("#", "-", "|"))
        ):
            found.append((1 if rule[1][0] == "=" else 2, _plain(previous)))
    return [(level, text) for level, text in found if text]


def _plain(text: str) -> str:
    """Return the text of a heading without markup and number."""
    text = re.sub(r"<[^>]*>", "", text)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"[*`\\]|(?<!\w)_|_(?!\w)", "", text)
    text = re.sub(r"^\s*(?:\(?(?:\d+(?:\.\d+)*|[ivxIVX]+|[a-zA-Z])[.):](?!\d)\s*|\d+(?:\.\d+)+\s+)", "", text)
    return " ".join(text.split())


def find_sections(cells: Sequence[Cell], run: Collection[int], marks: Mapping[int, str]) -> list[Section]:
    """Return the sections of a notebook in document order; one section if headings do not divide it.

    Parameters
    ----------
    cells : sequence of Cell
        The notebook.
    run : collection of int
        Indices of the code cells that run.
    marks : mapping of int to str
        Step name of each cell with a directive; empty for a directive without a name.
    """
    by_level = [list(_divide(cells, run, level)) for level in range(1, 7)]
    most = max(len(sections) for sections in by_level)
    chosen = next(s for s in by_level if len(s) >= min(_ENOUGH, most))
    return [*_isolate_marked(chosen, marks)]


def _divide(cells: Sequence[Cell], run: Collection[int], level: int) -> Iterator[Section]:
    """Yield the sections that headings of `level` and above start."""
    document_title = _find_document_title(cells)
    title, inside = "", list[int]()
    for cell in cells:
        if cell.kind == "markdown":
            for depth, text in find_headings(cell.source):
                if depth <= level:
                    if inside:
                        yield Section(title=title, cells=tuple(inside))
                    title, inside = ("" if (depth, text) == document_title else text), []
        elif cell.index in run:
            inside.append(cell.index)
    if inside:
        yield Section(title=title, cells=tuple(inside))


def _find_document_title(cells: Sequence[Cell]) -> tuple[int, str] | None:
    """Return the first heading if it is the only one of its level, and the others are deeper: the notebook's title."""
    headings = [heading for cell in cells if cell.kind == "markdown" for heading in find_headings(cell.source)]
    if len(headings) < 2:
        return headings[0] if headings else None
    return headings[0] if all(level > headings[0][0] for level, _ in headings[1:]) else None


def find_title(cells: Sequence[Cell]) -> str:
    """Return the title of a notebook: its only heading of level 1, above all code; empty without one."""
    first = next((position for position, cell in enumerate(cells) if cell.kind == "code"), len(cells))
    title = _find_document_title(cells)
    above = [heading for cell in cells[:first] if cell.kind == "markdown" for heading in find_headings(cell.source)]
    return title[1] if title is not None and title[0] == 1 and title in above else ""


def _isolate_marked(sections: Sequence[Section], marks: Mapping[int, str]) -> Iterator[Section]:
    """Yield the parts of `sections` around marked cells, and each marked step as a section."""
    last = {name or f"{index}": index for index, name in sorted(marks.items())}
    parts: list[tuple[Section, str, int]] = []
    inside = ""
    for section in sections:
        for index in section.cells:
            if index in marks:
                inside = marks[index] or f"{index}"
            parts.append((section, inside, index))
            if inside and index == last[inside]:
                inside = ""
    for (_, name), group in itertools.groupby(parts, lambda part: (id(part[0]) if not part[1] else 0, part[1])):
        members = [*group]
        yield Section(title=members[0][0].title, cells=tuple(index for *_, index in members), is_marked=bool(name))
