"""Refusals of the compiler: cell, line, reason and fix, before anything is written."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jupyter_pipeline.compiler import CompileOptions, compile_cells, read_notebook, select_cell
from jupyter_pipeline.compiler.frontend.notebook import find_marked_cells
from jupyter_pipeline.exceptions import CompileError, CompileRefusedError, UsageError


def notebook(*sources: str, **more: Any) -> str:
    cells = [{"cell_type": "code", "id": f"c{i}", "metadata": {}, "source": s} for i, s in enumerate(sources)]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells, **more})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (notebook("x = 1")[:-20], "not valid JSON at line 1; it may be cut off. Save it again"),
        (b"", "not valid JSON"),
        (
            notebook("x = 'a'").encode().replace(b"'a'", b"'\xe9'"),
            r"not UTF-8 \(byte \d+\)",
        ),
        (notebook("x = 1", nbformat=3), "format 3 cannot be converted"),
        ('{"worksheets": []}', "format 3"),
        ("[]", "its JSON is not an object"),
        ('{"nbformat": 4}', "no list of cells"),
        ('{"nbformat": 4, "cells": ["x = 1"]}', "Cell 1 of 1 is not a JSON object"),
    ],
)
def test_an_unreadable_notebook_is_refused_with_the_cause(content: str | bytes, message: str) -> None:
    with pytest.raises(CompileError, match=message):
        read_notebook(content)


def test_ids_that_are_missing_or_repeated_become_positions() -> None:
    content = json.loads(notebook("x = 1", "y = x", "z = y"))
    content["cells"][1]["id"] = "c0"
    del content["cells"][2]["id"]
    cells = read_notebook(content)
    assert [cell.id for cell in cells] == ["c0", "cell-1", "cell-2"]
    assert [select_cell(cells, cell.id) for cell in cells] == [0, 1, 2]


def test_a_notebook_without_directives_is_refused_with_their_syntax() -> None:
    with pytest.raises(UsageError, match=r"No cell is a step.*%%step NAME"):
        find_marked_cells(read_notebook(notebook("x = 1")))


@pytest.mark.parametrize(
    ("sources", "options", "cell", "line", "name", "reason"),
    [
        (["x = 1", "y = x + zz"], {}, 1, 1, "zz", "no cell above defines it"),
        (["%%step a\nx = y", "%%step b\ny = x"], {}, 0, 2, "y", "defined only below, in cell 2 of 2"),
        (["x = 1\ndel x", "y = x"], {}, 1, 1, "x", "deleted before it is used"),
        (["x = (1", "y = x"], {}, 0, 1, "x = (1", "not valid Python"),
        (["y = 1\n!sleep 9 &"], {}, 0, 2, "!sleep", "in the background"),
        (["rows = %sql select 1\ny = rows"], {}, 0, 1, "%sql", "only inside Jupyter"),
        (["%run other.py\ny = 1"], {}, 0, 1, "%run", "runs only inside Jupyter"),
        (["%%R\nx <- 1"], {}, 0, 1, "%%R", "only inside Jupyter"),
        (["\n\nname = input('who')"], {}, 0, 3, "input()", "cannot answer a prompt"),
        (["y = Out[3]"], {}, 0, 1, "Out", "only inside IPython"),
        (["# nothing"], {}, 0, 1, "cell", "does nothing"),
        (["password = 'hunter2hunter2'", "y = password"], {}, 0, 1, "Secret Keyword", "looks like a secret"),
        (["a = 1", "y = 2"], {"parameters": ("a",)}, 1, 1, "a", "no statement that this cell needs binds"),
        (["a = 1\na += 1", "y = a"], {"parameters": ("a",)}, 0, 2, "a", "assigned or changed in several places"),
        (["a = open", "y = a"], {"parameters": ("a",)}, 0, 1, "a", "its value is not a literal"),
        (["task = 1", "y = task"], {"parameters": ("task",)}, 0, 1, "task", "uses this name itself"),
        (["a = 'x'", "y = a"], {"windows": {"a": "start"}}, 0, 1, "a", "neither a date nor a time"),
        (["%%step a --retries x\ny = 1"], {}, 0, 1, "directive", "whole number"),
        (["%%step a\nx = 1", "%%check a\nassert x"], {}, 1, 1, "a", "the same name"),
    ],
)
def test_a_refusal_names_cell_line_reason_and_fix(
    sources: list[str], options: dict[str, Any], cell: int, line: int, name: str, reason: str
) -> None:
    cells = read_notebook(notebook(*sources))
    marked = [i for i, s in enumerate(sources) if s.startswith(("%%step", "%%check"))]
    with pytest.raises(CompileRefusedError) as refused:
        compile_cells(cells, marked or len(cells) - 1, CompileOptions(name="p", **options))
    (refusal,) = refused.value.refusals
    assert (refusal.cell, refusal.line, refusal.name) == (cell, line, name)
    assert reason in refusal.reason
    assert refusal.fix.endswith(".")
    assert str(refusal) in str(refused.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "a/b"}, "a/b"),
        ({"to": "airflow"}, "No target of code generation is called .airflow."),
        ({"cpus": 4}, "choose one with --profile"),
        ({"cpus": 4, "profile": "slurm", "standalone": True}, "set them in the profile instead"),
        ({"defaults": {"password": "hunter2hunter2"}}, r"password looks like a secret \(Secret Keyword\)"),
        (
            {
                "standalone": True,
                "profile": "x",
                "cluster": {"class": "a.B", "kwargs": {"token": "AKIAIOSFODNN7EXAMPLQ"}},
            },
            "token looks like a secret",
        ),
        ({"defaults": {"n": "many"}}, "'many' cannot be the value of the parameter n"),
    ],
)
def test_options_that_cannot_be_are_refused(options: dict[str, Any], message: str) -> None:
    cells = read_notebook(notebook("n = 1", "y = n"))
    with pytest.raises(UsageError, match=message):
        compile_cells(cells, 1, CompileOptions(**{"name": "p", **options}))


@pytest.mark.parametrize("value", [float("nan"), "inf", "-Infinity"])
def test_a_number_that_json_does_not_have_is_no_value_of_a_parameter(value: object) -> None:
    cells = read_notebook(notebook("rate = 0.5", "y = rate"))
    with pytest.raises(UsageError, match="cannot be the value of the parameter rate"):
        compile_cells(cells, 1, CompileOptions(name="p", defaults={"rate": value}))


def test_a_name_that_the_flow_uses_is_no_parameter_unasked() -> None:
    cells = read_notebook(notebook("task = 1\nn = 2", "y = task + n"))
    assert compile_cells(cells, 1, CompileOptions(name="p")).parameters == {"n": 2}


def test_cells_that_ran_out_of_order_are_noted() -> None:
    content = json.loads(notebook("x = 1", "y = x"))
    content["cells"][0]["execution_count"], content["cells"][1]["execution_count"] = 2, 1
    notes = compile_cells(read_notebook(content), 1, CompileOptions(name="p")).notes
    assert any("ran after a cell below" in note for note in notes)
