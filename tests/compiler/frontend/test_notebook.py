from __future__ import annotations

import json

import pytest

from jupyter_pipeline.compiler import Cell, read_notebook, select_cell, select_cells
from jupyter_pipeline.compiler.frontend.notebook import find_marked_cells, note_execution_order
from jupyter_pipeline.exceptions import CompileError, NotFoundError, PipelineError, UsageError


def notebook(*cells: dict[str, object], **more: object) -> str:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "cells": list(cells), **more})


def test_cells_keep_index_id_tags_and_text() -> None:
    text = notebook(
        {"cell_type": "markdown", "id": "a", "source": "# T"},
        {
            "cell_type": "code",
            "id": "b",
            "source": ["x = 1\n", "y = 2"],
            "metadata": {"tags": ["t"]},
            "execution_count": 3,
        },
    )
    cells = read_notebook(text.encode())
    assert [c.kind for c in cells] == ["markdown", "code"]
    assert cells[1] == Cell(index=1, id="b", source="x = 1\ny = 2", tags=("t",), execution_count=3, outputs=())
    assert cells[0].outputs is None  # it has not run


def test_missing_and_repeated_ids_become_positions() -> None:
    cells = read_notebook(notebook({"id": "a", "source": ""}, {"id": "a", "source": ""}, {"source": ""}))
    assert [c.id for c in cells] == ["a", "cell-1", "cell-2"]


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ('{"nbformat": 4, "cells": [', "not valid JSON"),
        (b"\xff\xfe", "not UTF-8"),
        ("[]", "not a notebook"),
        ('{"nbformat": 4}', "no list of cells"),
        ('{"nbformat": 3, "worksheets": [{"cells": []}]}', "format 3"),
        ('{"nbformat": 4, "cells": [1]}', "Cell 1 of 1"),
        ('{"nbformat": 4, "cells": [{"source": 5}]}', "no text"),
        ("[" * 100000, "not valid JSON"),
    ],
)
def test_a_file_that_is_not_a_notebook_is_refused(source: str | bytes, message: str) -> None:
    with pytest.raises(CompileError, match=message):
        read_notebook(source)


@pytest.mark.parametrize(("selector", "index"), [("1", 1), (-1, 2), ("b", 1), ("final", 2)])
def test_a_cell_is_found_by_index_id_or_tag(selector: str | int, index: int) -> None:
    cells = [Cell(index=0, source=""), Cell(index=1, id="b", source=""), Cell(index=2, source="", tags=("final",))]
    assert select_cell(cells, selector) == index


@pytest.mark.parametrize(
    ("selector", "error"), [("fnal", NotFoundError), ("9", UsageError), ("both", UsageError), ("0", UsageError)]
)
def test_a_cell_that_is_not_there_is_named(selector: str, error: type[PipelineError]) -> None:
    cells = [
        Cell(index=0, source="", kind="markdown"),
        Cell(index=1, source="", tags=("both",)),
        Cell(index=2, source="", tags=("both", "final")),
    ]
    with pytest.raises(error):
        select_cell(cells, selector)


def test_cells_that_ran_out_of_order_are_noted() -> None:
    cells = [Cell(index=i, source="x", execution_count=n) for i, n in enumerate([3, 1, 2])]
    assert 'In [3] "x" ran after a cell below' in note_execution_order(cells, 2)[0]
    assert note_execution_order(cells[1:], 2) == []


def test_a_cell_with_a_deploy_directive_is_offered() -> None:
    cells = [Cell(index=0, source="x = 1"), Cell(index=1, source="%%deploy daily --retries 1\nx")]
    with pytest.raises(UsageError, match=r"cell 2 of 2 starts with %%deploy daily\. Add --cell 1 --name daily"):
        find_marked_cells(cells)


def test_marked_cells_have_a_magic_or_a_tag() -> None:
    cells = [
        Cell(index=0, source="# %%step", kind="markdown"),
        Cell(index=1, source="%%step clean\nx = 1"),
        Cell(index=2, source="y = 2"),
        Cell(index=3, source="assert x", tags=("check:positive",)),
    ]
    assert find_marked_cells(cells) == [1, 3]
    with pytest.raises(UsageError, match="No cell is a step"):
        find_marked_cells(cells[:1])


def test_a_tag_selects_all_cells_of_a_pipeline() -> None:
    cells = [
        Cell(index=0, source="%%step a\nx = 1", tags=("convert",)),
        Cell(index=1, source="text", kind="markdown", tags=("convert",)),
        Cell(index=2, source="%%step b\ny = 1"),
        Cell(index=3, source="%%check c\nassert x", id="last", tags=("convert",)),
    ]
    assert select_cells(cells, ["convert"]) == [0, 3]
    assert select_cells(cells, ["last", "2"]) == [2, 3]
    assert select_cells(cells, []) == [0, 2, 3]
    with pytest.raises(NotFoundError, match="absent"):
        select_cells(cells, ["absent"])
