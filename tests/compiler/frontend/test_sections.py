from __future__ import annotations

import pytest

from jupyter_pipeline.compiler import Cell
from jupyter_pipeline.compiler.frontend.notebook import is_run
from jupyter_pipeline.compiler.frontend.sections import find_headings, find_sections


@pytest.mark.parametrize(
    ("markdown", "headings"),
    [
        ("# Title", [(1, "Title")]),
        ("text\n\n### Deep ###\n", [(3, "Deep")]),
        ("Load\n====\nClean\n-----", [(1, "Load"), (2, "Clean")]),
        ("```python\n# a comment\n```\n## Real", [(2, "Real")]),
        ("~~~\n## inside\n```\n~~~\n## Real", [(2, "Real")]),
        ("<h2 style='color: red'>From\nHTML</h2>", [(2, "From HTML")]),
        ("## *Load* `data` from [the site](https://x.y)", [(2, "Load data from the site")]),
        ("## 1. Load", [(2, "Load")]),
        ("## 2.1 Clean", [(2, "Clean")]),
        ("## II) Plot", [(2, "Plot")]),
        ("## 2026 in numbers", [(2, "2026 in numbers")]),
        ("#no space", []),
        ("#", []),
        ("| a |\n|---|\n", []),
        ("- item\n---", []),
        ("text\n\n---\n", []),
        ("## snake_case_name", [(2, "snake_case_name")]),
    ],
)
def test_headings_of_markdown(markdown: str, headings: list[tuple[int, str]]) -> None:
    assert find_headings(markdown) == headings


def sections_of(*cells: str) -> list[tuple[str, tuple[int, ...]]]:
    """Return titles and cells; a cell that starts with # is Markdown."""
    notebook = [
        Cell(index=i, source=text, kind="markdown" if text.startswith("#") else "code") for i, text in enumerate(cells)
    ]
    run = [cell.index for cell in notebook if is_run(cell)]
    marks = {c.index: c.source.split()[1] for c in notebook if c.source.startswith("%%step")}
    return [(section.title, section.cells) for section in find_sections(notebook, run, marks)]


@pytest.mark.parametrize(
    ("cells", "sections"),
    [
        (("x = 1", "y = 2"), [("", (0, 1))]),
        (("# Report", "x = 1", "## A", "y = 2", "## B", "z = 3"), [("", (1,)), ("A", (3,)), ("B", (5,))]),
        (
            ("# A", "x = 1", "# B", "y = 2", "## deep", "z = 3", "# C", "w = 4"),
            [("A", (1,)), ("B", (3, 5)), ("C", (7,))],
        ),
        (("# Report\n## A", "x = 1", "## Empty", "## B", "y = 2"), [("A", (1,)), ("B", (4,))]),
        (("# T", "# Part\n## A", "x = 1", "## B", "y = 2", "## C", "z = 3"), [("A", (2,)), ("B", (4,)), ("C", (6,))]),
        (("## A", "", "x = 1", "## A", "y = 2"), [("A", (2,)), ("A", (4,))]),
        (("## A", "x = 1", "%%step load\ny = 2", "z = 3"), [("", (1,)), ("", (2,)), ("", (3,))]),
        (("%%step a\nx = 1", "y = 2", "%%step a\nz = 3", "w = 4"), [("", (0, 1, 2)), ("", (3,))]),
        (
            ("## A", "x = 1", "%%step load\ny = 2", "## B", "%%step load\nz = 3", "w = 4"),
            [("A", (1,)), ("A", (2, 4)), ("B", (5,))],
        ),
        (("%%step a\nx = 1", "%%step b\ny = 2"), [("", (0,)), ("", (1,))]),
        (("# Title",), []),
    ],
)
def test_sections(cells: tuple[str, ...], sections: list[tuple[str, tuple[int, ...]]]) -> None:
    if not sections:
        assert find_sections([Cell(index=0, source=cells[0], kind="markdown")], [], {}) == []
    else:
        assert sections_of(*cells) == sections


def test_cells_that_do_not_run() -> None:
    assert not is_run(Cell(index=0, source="x", kind="raw"))
    assert not is_run(Cell(index=0, source="x", tags=("skip-execution",)))
    assert not is_run(Cell(index=0, source=" \n"))
    assert is_run(Cell(index=0, source="x"))
