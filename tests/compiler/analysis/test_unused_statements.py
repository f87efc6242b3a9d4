"""Statements of a compiled cell that nothing uses."""

from __future__ import annotations

import pytest

from jupyter_pipeline.compiler import Cell, CompileOptions, compile_cells

SETUP = """
import logging
import numpy as np
import pandas as pd
table = pd.DataFrame({"a": [1, 2], "b": [3, 4]})
def total(x):
    return x.sum()
def noisy(x):
    print(x)
    return x
"""


def compiled(cell: str, *below: str) -> str:
    cells = [Cell(index=i, source=s) for i, s in enumerate((SETUP, cell, *below))]
    return (
        compile_cells(cells, 1, CompileOptions(name="p")).files["steps.py"].partition("def p")[2]
        or (compile_cells(cells, 1, CompileOptions(name="p")).files["steps.py"])
    )


@pytest.mark.parametrize(
    "statement",
    [
        "table.isnull().sum()",
        "table.head()",
        "len(table)",
        "table['a'], np.mean(table['b'])",
        "unused = table.groupby('a').sum()",
        "unused, more = 1, 'x'",
        "unused = total(table)",
        "unused = [x for x in table['a']]",
    ],
)
def test_a_value_that_nothing_uses_is_left_out(statement: str) -> None:
    assert "result = " in compiled(f"{statement}\nresult = table * 2\nprint(result)")
    assert statement.split(" = ")[0] not in compiled(f"{statement}\nresult = table * 2\nprint(result)")


@pytest.mark.parametrize(
    "statement",
    [
        "kept = noisy(table)",
        "noisy(1)",
        "table.info()",
        "table.plot()",
        "logging.warning('x')",
        "table.pop('a')",
        "open('x')",
        "kept = unknown(table)",
        "assert len(table)",
        "kept = [print(x) for x in table['a']]",
        "table['c'] = 1",
    ],
)
def test_a_statement_with_a_visible_or_unknown_effect_stays(statement: str) -> None:
    text = statement.replace("kept", "_kept").replace("'", '"')
    source = f"from some import unknown\n{statement}\nresult = table * 2\nprint(result)"
    assert text.removeprefix("_kept = ") in compiled(source)


def test_values_that_cells_below_read_stay() -> None:
    assert "rows = len(table)" in compiled("rows = len(table)\nprint(2)\nlast = 1", "rows + 1")


def test_a_value_that_is_rebound_before_it_is_read_is_left_out() -> None:
    text = compiled("rows = total(table)\nrows = len(table)\nprint(rows)", "rows + 1")
    assert "rows = len(table)" in text
    assert "total(table)" not in text


def test_statements_of_cells_above_that_only_an_unused_value_needs_are_left_out() -> None:
    assert "table" not in compiled("table.head()\nresult = 1\nprint(result)")


def test_the_last_assignment_is_the_result() -> None:
    assert "rows = len(table)" in compiled("rows = len(table)\ntable.head()")
