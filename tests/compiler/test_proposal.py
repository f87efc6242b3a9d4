from __future__ import annotations

import json

import pytest

from jupyter_pipeline.compiler import (
    CompileOptions,
    compile_cells,
    propose_steps,
    read_notebook,
    select_cells,
    write_proposal,
)
from jupyter_pipeline.exceptions import CompileError, CompileRefusedError, UsageError
from jupyter_pipeline.models import StepsProposal


def notebook(*sources: str | tuple[str, list[str]]) -> bytes:
    """Return a notebook file; a source that starts with ## is Markdown, and a pair has tags."""
    cells = []
    for each in sources:
        source, tags = each if isinstance(each, tuple) else (each, [])
        kind = "markdown" if source.startswith("## ") else "code"
        cells.append({"cell_type": kind, "source": source, "metadata": {"tags": tags} if tags else {}})
    return json.dumps({"nbformat": 4, "metadata": {}, "cells": cells}, indent=1).encode() + b"\n"


def propose(content: bytes, name: str = "n.ipynb") -> StepsProposal:
    return propose_steps(read_notebook(content, name))


FLAT = notebook(
    "import pandas as pd\nimport matplotlib.pyplot as plt\nfrom sklearn.linear_model import LinearRegression",
    "month = 3",
    "table = pd.read_csv('a.csv')\ntable.head()",
    "table.describe()",
    "table = table[table.month == month].dropna()",
    "model = LinearRegression()\nmodel.fit(table[['x']], table.y)",
    "plt.plot(model.predict(table[['x']]))\nplt.savefig('p.png')",
    "table.to_csv('o.csv')",
    ("table.info()", ["skip-execution"]),
)


def test_a_notebook_without_headings_is_divided_by_what_its_cells_do() -> None:
    found = propose(FLAT)
    assert [(step.name, step.cells) for step in found.steps] == [
        ("load_table", (2, 3)),
        ("clean_table", (4,)),
        ("fit_model", (5,)),
        ("plot_model", (6,)),
        ("write_table", (7,)),
    ]
    assert found.basis == "dependencies"
    assert found.parameters == ("month",)
    reasons = {cell.cell: cell.reason for cell in found.unassigned}
    assert "imports" in reasons[0]
    assert "parameters" in reasons[1]
    assert "skip-execution" in reasons[8]


def test_the_graph_gives_values_order_and_parallel_steps() -> None:
    independent = ("## A", "x = list('1')", "## B", "y = list('2')", "## C", "z = x + y")
    found = propose(notebook(*independent, "## D", "f = open('f', 'w')", "## E", "g = open('f')"))
    by_name = {step.name: step for step in found.steps}
    assert found.basis == "headings"
    assert by_name["c"].inputs == {"x": "a", "y": "b"}
    assert by_name["a"].beside == ("b", "d", "e")
    assert by_name["e"].waits_for == ("d",)
    assert by_name["d"].beside == ("a", "b", "c")
    assert by_name["a"].lines == 1


def test_steps_that_must_be_one_are_noted() -> None:
    found = propose(notebook("## A", "k = open\ndef g(): return k", "## B", "k = print", "## C", "z = g()"))
    assert [step.cells for step in found.steps] == [(1, 3, 5)]
    assert any("are one step, because of" in note for note in found.notes)


@pytest.mark.parametrize("content", [FLAT, notebook("## A", "x = list('1')", "y = x", "## B", "print(y)", "z = x")])
def test_the_written_steps_are_read_again(content: bytes) -> None:
    before = propose(content)
    written = write_proposal(content, "n.ipynb", before)
    after = propose(written)
    assert [(s.name, s.cells, s.inputs, s.beside) for s in after.steps] == [
        (s.name, s.cells, s.inputs, s.beside) for s in before.steps
    ]
    assert all(step.is_marked for step in after.steps)
    assert write_proposal(written, "n.ipynb", after) == written
    cells = read_notebook(written)
    marked = compile_cells(cells, select_cells(cells, []), CompileOptions(name="p"))
    assert all(f"def {step.name}(" in marked.files["steps.py"] for step in before.steps)


def test_marked_cells_keep_their_marks() -> None:
    content = notebook("x = list('1')", "%%step second --retries 3\ny = x", "z = y", "%%check ok\nassert z")
    found = propose(content)
    assert [(step.name, step.kind, step.is_marked) for step in found.steps] == [
        ("compute_x", "step", False),
        ("second", "step", True),
        ("compute_z", "step", False),
        ("ok", "check", True),
    ]
    tags = [cell.tags for cell in read_notebook(write_proposal(content, "n.ipynb", found))]
    assert tags == [("step:compute_x",), (), ("step:compute_z",), ()]


def test_marks_of_cells_that_must_be_one_step_are_not_overwritten() -> None:
    content = notebook("%%step a\nk = open\ndef g(): return k", "%%step b\nk = print", "z = g()")
    with pytest.raises(UsageError, match="%%step a and %%step b and the cells around them must be one step"):
        write_proposal(content, "n.ipynb", propose(content))


def test_a_cell_that_cannot_run_is_refused() -> None:
    with pytest.raises(CompileRefusedError, match="missing"):
        propose(notebook("x = missing"))


TEXTS = {
    "percent.py": "# %% [markdown]\n# ## A\n\n# %%\nx = list('1')\n\n# %% tags=[\"mine\"]\ny = x\n",
    "light.py": "# ## A\n\nx = list('1')\n\n# +\ny = x\n\nz = y\n",
    "markdown.md": "## A\n\n```python\nx = list('1')\n```\n\n```python\ny = x\n```\n",
}


@pytest.mark.parametrize("name", TEXTS)
def test_tags_are_written_into_text_notebooks(name: str) -> None:
    content = TEXTS[name].encode()
    written = write_proposal(content, name, propose(content, name))
    after = propose(written, name)
    assert all(step.is_marked for step in after.steps)
    assert [c.source for c in read_notebook(written, name)] == [c.source for c in read_notebook(content, name)]
    assert b"jupytext" not in written  # a file without a header gets none


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("n.qmd", "```{python}\nx = list('1')\n```\n", r"cannot be written into \.qmd files"),
        ("n.py", "# Databricks notebook source\nx = list('1')\n", "is a Databricks export"),
    ],
)
def test_formats_without_tags_are_refused(name: str, text: str, reason: str) -> None:
    with pytest.raises(CompileError, match=reason):
        write_proposal(text.encode(), name, propose(text.encode(), name))


def test_nbformat_3_has_no_tags() -> None:
    sheet = {"cells": [{"cell_type": "code", "input": "x = list('1')", "language": "python", "outputs": []}]}
    content = json.dumps({"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [sheet]}).encode()
    with pytest.raises(CompileError, match="format 3 have no tags"):
        write_proposal(content, "n.ipynb", propose(content))


def test_only_the_tags_of_a_file_change() -> None:
    content = notebook("## Ü", "x = list('é')")
    written = write_proposal(content, "n.ipynb", propose(content)).decode()
    assert (
        written.replace('{\n    "tags": [\n     "step:notebook"\n    ]\n   }', "{}")
        == json.dumps(json.loads(content), ensure_ascii=False, indent=1) + "\n"
    )
