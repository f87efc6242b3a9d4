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
        ("", "# df = df.dropna()\ntable = read_csv('x')", "load_table", "Load `table`."),
        ("", "#%% [1]\n# ---\nspeed = distance / time", "compute_speed", "Compute `speed`."),
        ("", "a = f()\nb = g(a)", "compute_b", "Compute `b`."),
        ("", "table.to_csv('x')", "write_table", "Write `table` to `x`."),
        ("", "(out / 'a.json').write_text(json.dumps(rows))", "write_rows", "Write `rows` to `a.json`."),
        ("", "fit, err = f(x)\nbad = g(err)\nplt.plot(x, h(x, *fit))\nprint(bad)", "plot_fit", "Plot `fit`."),
        ("", "model.fit(x, y)", "fit_model", "Fit `model`."),
        ("", "print(1)", "", ""),
        ("", "model = Ridge()\nmodel.fit(x, y)\nprint(model)", "fit_model", "Fit `model`."),
        ("", "import a\nimport b", "import_libraries", "Import libraries."),
        ("", "x = a.sum()\nfig.savefig('b.png')\na.to_csv('a.csv')\ny = 1", "write_a", "Write `a` to `a.csv`."),
        ("", "fig, ax = plt.subplots()\nax.plot(days, sales)", "plot_sales", "Plot `sales`."),
        ("", "url = 'x'\nrows = get(url).dropna()", "clean_rows", "Clean `rows`."),
        ("", "def area(r):\n    return r * r", "define_area", "Define `area`."),
        ("", "warnings.filterwarnings('ignore')", "configure_warnings", "Configure `warnings`."),
        ("", "print(classification_report(y, predicted))", "evaluate_predicted", "Evaluate `predicted`."),
        ("# Solution", "speed = distance / time", "compute_speed", "Compute `speed`."),
        ("# Exercise 3.1", "speed = distance / time", "compute_speed", "Compute `speed`."),
        ("## Part 2: Sales per store", "x = 1", "sales_per_store", "Sales per store."),
        ("## Training the model", "x = 1", "train_the_model", "Training the model."),
        ("## Learning is fun", "x = 1", "learning_is_fun", "Learning is fun."),
        ("## Optional: the city's population", "x = 1", "city_population", "Optional: the city's population."),
    ],
)
def test_heading_comment_and_assigned_names_describe_a_cell(
    markdown: str, source: str, name: str, summary: str
) -> None:
    cells = [Cell(index=0, source=markdown, kind="markdown"), Cell(index=1, source=source)]
    cells.append(Cell(index=2, source="import os, json"))
    found = find_subject(cells, 1, source)
    assert (found.name.replace(" ", "_"), found.summary) == (name, summary)


def test_only_a_heading_directly_above_describes_one_step_of_several() -> None:
    cells = [
        Cell(index=0, source="# Orders", kind="markdown"),
        Cell(index=1, source="a = 1"),
        Cell(index=2, source="b = 1"),
    ]
    assert find_subject(cells, 2, "b = 1").summary == "Orders."
    assert find_subject(cells, 2, "b = 1", name="later").summary == "Set `b`."


def test_a_heading_further_up_describes_a_cell_without_an_action_of_its_own() -> None:
    cells = [Cell(index=0, source="# Style sheets", kind="markdown"), Cell(index=1, source="a = 1")]
    assert find_subject(cells, 2, "b = a * 2").name == "style_sheets"  # the last cell of the section
    cells += [Cell(index=2, source=""), Cell(index=3, source="c = 1")]
    assert find_subject(cells, 2, "print('a')").name == "style_sheets"
    assert find_subject(cells, 2, "total = a * 2").name == "compute total"
    assert find_subject(cells, 2, "ax.plot(a, b)").name == "plot style_sheets"


def test_a_check_is_described_by_its_assertion() -> None:
    assert find_subject([], 0, "assert x > 0", is_check=True).summary == "Check that `x > 0`."
    assert find_subject([], 0, "x > 0", is_check=True, name="positive").summary == "Check positive."


@pytest.mark.parametrize(
    ("comment", "name", "summary"),
    [
        ("NOTE: the file has no header", "load_df", "Load `df`."),
        ("NOTE the units", "load_df", "Load `df`."),
        ("Note: the file has no header", "load_df", "Load `df`."),
        ("Skip this cell if you have the file", "load_df", "Load `df`."),
        ("Uncomment the next line to download", "load_df", "Load `df`."),
        ("This cell takes an hour", "load_df", "Load `df`."),
        ("We need to read the sales", "read_the_sales", "We need to read the sales."),
        ("Now we will read the sales", "read_the_sales", "Now we will read the sales."),
        ("In this section, we're going to read sales", "read_sales", "In this section, we're going to read sales."),
        ("Important features", "important_features", "Important features."),
        ("Ignore the first row", "ignore_the_first_row", "Ignore the first row."),
        ("Run the model", "run_the_model", "Run the model."),
    ],
)
def test_a_comment_that_addresses_the_reader_names_nothing(comment: str, name: str, summary: str) -> None:
    found = find_subject([Cell(index=0, source="")], 0, f"# {comment}\ndf = pd.read_csv('x')")
    assert (found.name.replace(" ", "_"), found.summary) == (name, summary)
