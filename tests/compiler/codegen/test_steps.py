"""Functions of steps."""

from __future__ import annotations

import pytest

from jupyter_pipeline.compiler import Cell, CompileOptions, compile_cells


def render(*sources: str, **options: object) -> str:
    cells = [Cell(index=i, source=s) for i, s in enumerate(sources)]
    return compile_cells(cells, len(cells) - 1, CompileOptions(name="p", **options)).files["steps.py"]


@pytest.mark.parametrize(
    ("cell", "line"),
    [
        ("b = table.dropna()\nb.head()", "    display(b.head())\n    return b\n"),
        ("table.head()  # first rows", "    display(table.head())  # first rows\n"),
        ("b = table.dropna()\nb.shape", "    display(b.shape)\n    return b\n"),
        ("b = table.dropna()\nb.plot()", "    b.plot()"),
        ("b = table.dropna()\nb", "    return b\n"),
        ("table.a.sum()", "    return table.a.sum()\n"),
        ("table.a.sum(),\\\ntable.a.max()", "    return table.a.sum(), table.a.max()\n"),
        ("b = 1;\nb;", "    return b\n"),
        ("with open('x') as file:\n    b = file.read()", "    return b\n"),
    ],
)
def test_a_value_that_the_cell_only_shows_is_displayed(cell: str, line: str) -> None:
    text = render("import pandas as pd\ntable = pd.DataFrame({'a': [1]})", cell)
    assert line in text
    assert ("from IPython.display import display" in text) == ("display(" in line)


def test_all_comments_of_the_cell_are_kept() -> None:
    text = render(
        "a = 1", "# first\n\n# second\nb = a  # third\n\n# fourth\n\nc = b\nif c:\n    d = c\n    # fifth\n# sixth\n"
    )
    for comment in ("second", "third", "fourth", "fifth", "sixth"):
        assert text.count(f"# {comment}\n") == 1, comment
    assert '"""First.' in text
    assert "# first\n" not in text


def test_a_comment_above_an_import_stays_with_it() -> None:
    text = render("a = 1", "# numbers\nimport math\n# the root\nb = math.sqrt(a)")
    assert text.count("the root") == 1
