from __future__ import annotations

import json

import pytest

from jupyter_pipeline.compiler import read_notebook
from jupyter_pipeline.exceptions import CompileError

MARKDOWN = '# Report\n\n```python\nx = 1\n```\n\n```python tags=["daily"]\ny = x + 1\n```\n'
PERCENT = (
    "# %% [markdown]\n# # Report\n\n# %%\n# %matplotlib inline\nx = 1\n\n"
    '# %% tags=["daily"]\n# !wget a.csv\ny = x + 1\n'
)
LIGHT = "# # Report\n\nx = 1\n\ny = x + 1\n"
R_MARKDOWN = "# Report\n\n```{python}\n#| echo: false\nx = 1\n```\n\n```{python}\ny = x + 1\n```\n"
DATABRICKS = (
    "# Databricks notebook source\n# MAGIC %md\n# MAGIC # Report\n\n# COMMAND ----------\n\nx = 1\n\n"
    "# COMMAND ----------\n\n# MAGIC %sh\n# MAGIC wget a.csv\n\n# COMMAND ----------\n\n# MAGIC %sql select 1\n\n"
    "# COMMAND ----------\n\n# MAGIC %pip install polars\n"
)


@pytest.mark.parametrize(
    ("name", "text", "sources"),
    [
        ("report.py", PERCENT, ["%matplotlib inline\nx = 1", "!wget a.csv\ny = x + 1"]),
        ("report.py", LIGHT, ["x = 1", "y = x + 1"]),
        ("report.md", MARKDOWN, ["x = 1", "y = x + 1"]),
        ("report.Rmd", R_MARKDOWN, ["#| echo: false\nx = 1", "y = x + 1"]),
        ("report.qmd", R_MARKDOWN, ["#| echo: false\nx = 1", "y = x + 1"]),
        ("report.py", DATABRICKS, ["x = 1", "%%bash\nwget a.csv", "%%sql\nselect 1", "%pip install polars"]),
    ],
)
def test_text_notebooks_are_read(name: str, text: str, sources: list[str]) -> None:
    cells = read_notebook(text, name)
    assert cells[0].kind == "markdown"
    assert cells[0].source == "# Report"
    assert [cell.source for cell in cells if cell.kind == "code"] == sources
    assert [cell.id for cell in cells] == [f"cell-{index}" for index in range(len(cells))]


def test_tags_of_a_text_notebook_are_read() -> None:
    assert [cell.tags for cell in read_notebook(MARKDOWN, "report.md")][-1] == ("daily",)


def test_a_text_notebook_of_another_language_is_refused() -> None:
    text = (
        "---\njupyter:\n  kernelspec:\n    name: ir\n    language: R\n    display_name: R\n---\n\n```r\nx <- 1\n```\n"
    )
    with pytest.raises(CompileError, match="its language is R"):
        read_notebook(text, "report.md")


def test_format_3_is_converted() -> None:
    old = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": "old"},
        "worksheets": [
            {
                "metadata": {},
                "cells": [
                    {"cell_type": "heading", "level": 2, "metadata": {}, "source": ["Load"]},
                    {
                        "cell_type": "code",
                        "collapsed": False,
                        "input": ["x = 1\n", "y = 2"],
                        "language": "python",
                        "metadata": {},
                        "outputs": [],
                        "prompt_number": 4,
                    },
                ],
            }
        ],
    }
    heading, code = read_notebook(json.dumps(old))
    assert (heading.kind, heading.source) == ("markdown", "## Load")
    assert (code.source, code.execution_count, code.id) == ("x = 1\ny = 2", 4, "cell-1")
    old["worksheets"][0]["cells"][1]["language"] = "haskell"  # type: ignore[index]
    with pytest.raises(CompileError, match="haskell"):
        read_notebook(json.dumps(old))


def test_a_damaged_notebook_of_format_3_is_refused() -> None:
    with pytest.raises(CompileError, match="cannot be converted"):
        read_notebook({"nbformat": 3, "worksheets": [{"cells": [{"source": 1}]}]})


def test_cells_that_vs_code_marks_with_another_language_are_not_code() -> None:
    cells = [
        {"cell_type": "code", "metadata": {"vscode": {"languageId": "sql"}}, "source": "select 1"},
        {"cell_type": "code", "metadata": {"vscode": {"languageId": "shellscript"}}, "source": "%%bash\nls"},
        {"cell_type": "code", "metadata": {"vscode": {"languageId": "python"}}, "source": "x = 1"},
    ]
    found = read_notebook({"nbformat": 4, "metadata": {}, "cells": cells})
    assert [cell.kind for cell in found] == ["raw", "code", "code"]


@pytest.mark.parametrize(
    ("name", "text", "language"),
    [
        ("n.qmd", "```{julia}\nx = 3\n```\n", "julia"),
        ("n.qmd", "```{r}\nx = 3\n```\n", "R"),
        ("n.Rmd", "```{r}\nx = 3\n```\n", "R"),
        ("n.md", "```julia\nx = 3\n```\n", "julia"),
    ],
)
def test_text_notebooks_of_other_languages_are_refused(name: str, text: str, language: str) -> None:
    with pytest.raises(CompileError, match=f"its language is {language}"):
        read_notebook(text, name)


def test_tags_of_quarto_cells_are_read() -> None:
    first = "```{python}\n#| label: a\n#| tags: [parameters, 'step:load']\nn = 3\n```\n"
    text = f"{first}\n```{{r}}\nx\n```\n\n```{{python}}\nn\n```\n"
    cells = read_notebook(text, "n.qmd")
    assert [cell.tags for cell in cells] == [("parameters", "step:load"), (), ()]
    assert cells[1].source.startswith("%%R")


def test_cells_of_a_databricks_notebook_have_the_magics_of_jupyter() -> None:
    sources = ["%sh \ntouch a", "%md # Title", "%python\nx = 1", "%sql select 1", "%pip install a\ny = 2", "%%bash\nls"]
    cells = [{"cell_type": "code", "source": source, "metadata": {}, "outputs": []} for source in sources]
    data = {"nbformat": 4, "metadata": {"notebookId": 1}, "cells": cells}
    found = [(cell.kind, cell.source) for cell in read_notebook(data)]
    assert found == [
        ("code", "%%bash\ntouch a"),
        ("markdown", "# Title"),
        ("code", "\nx = 1"),
        ("code", "%%sql\nselect 1"),
        ("code", "%pip install a\ny = 2"),
        ("code", "%%bash\nls"),
    ]
    assert read_notebook({**data, "metadata": {}})[0].source == "%sh \ntouch a"
