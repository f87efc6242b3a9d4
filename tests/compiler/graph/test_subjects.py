"""Subjects of cells."""

from __future__ import annotations

import pytest

from jupyter_pipeline.compiler import Cell
from jupyter_pipeline.compiler.graph.subjects import find_subject


@pytest.mark.parametrize(
    ("markdown", "source", "name", "summary"),
    [
        ("# Data\n\n## Delay of *each* carrier", "x = 1", "delay_of_each_carrier", "Delay of each carrier."),
        ("## 3.2 Load the [data](https://x.org)", "x = 1", "load_the_data", "Load the data."),
        ("# Why?", "x = 1", "why", "Why?"),
        ("## `train_model` (2 hours)", "x = 1", "train_model", "Train_model (2 hours)."),
        (
            "text without a heading",
            "# drop rows without a price\nx = 1",
            "drop_rows_without_a_price",
            "Drop rows without a price.",
        ),
        ("", "# df = df.dropna()\ntable = read_csv('x')", "load_table", "Load table."),
        ("", "#%% [1]\n# ---\nspeed = distance / time", "compute_speed", "Compute speed."),
        ("", "a = f()\nb = g(a)", "compute_b", "Compute a and b."),
        ("", "table.to_csv('x')", "write_table", "Write table."),
        ("", "model.fit(x, y)", "fit_model", "Fit model."),
        ("", "print(1)", "", ""),
    ],
)
def test_heading_comment_and_assigned_names_describe_a_cell(
    markdown: str, source: str, name: str, summary: str
) -> None:
    cells = [Cell(index=0, source=markdown, kind="markdown"), Cell(index=1, source=source)]
    found = find_subject(cells, 1, source)
    assert (found.name.replace(" ", "_"), found.summary) == (name, summary)


def test_only_a_heading_directly_above_describes_one_step_of_several() -> None:
    cells = [
        Cell(index=0, source="# Data", kind="markdown"),
        Cell(index=1, source="a = 1"),
        Cell(index=2, source="b = 1"),
    ]
    assert find_subject(cells, 2, "b = 1").summary == "Data."
    assert find_subject(cells, 2, "b = 1", name="later").summary == "Compute b."


def test_a_check_is_described_by_its_assertion() -> None:
    assert find_subject([], 0, "assert x > 0", is_check=True).summary == "Check that `x > 0`."
    assert find_subject([], 0, "x > 0", is_check=True, name="positive").summary == "Check positive."
