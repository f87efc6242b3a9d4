"""Describe the cells of a deploy for the reports of its runs."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jupyter_pipeline.compiler import Cell
    from jupyter_pipeline.workflows.comparison.cells import Notebook

__all__ = ["describe_cells"]

_NOT_RUN, _PARAMETER = "# Not in the pipeline: ", "# Parameter of the run: "


def describe_cells(notebook: Notebook, *, whole: bool) -> str:
    """Return the compiled cells, the Markdown cells between them, and the request of the recorder, as JSON.

    Parameters
    ----------
    notebook : Notebook
        Cells, selection and compilation.
    whole : bool
        True if the whole notebook is deployed. All its Markdown cells are then in the report.
    """
    path = str(notebook.compilation.source_map.get("notebook") or "")
    return json.dumps(
        {
            "notebook": Path(path).name,
            "cells": list(_describe(notebook, whole)),
            "record": notebook.request(fingerprints=False),
        },
        sort_keys=True,
    )


def _describe(notebook: Notebook, whole: bool) -> Iterator[dict[str, Any]]:
    compiled = {*notebook.compiled}
    texts: list[Cell] = []
    for cell in notebook.cells:
        if cell.kind == "markdown":
            texts.append(cell)
        elif cell.index in compiled:
            yield from (_to_dict(each, each.source) for each in texts)
            texts = []
            source, omitted = _mark_omitted(notebook, cell)
            yield {**_to_dict(cell, source), "label": notebook.labels[cell.index], "omitted": omitted}
        elif not whole and cell.kind == "code":
            texts = []  # they are on a cell that is not in the pipeline
    if whole:
        yield from (_to_dict(each, each.source) for each in texts)


def _to_dict(cell: Cell, source: str) -> dict[str, Any]:
    return {"index": cell.index, "id": cell.id, "kind": cell.kind, "source": source, "tags": list(cell.tags)}


def _mark_omitted(notebook: Notebook, cell: Cell) -> tuple[str, int]:
    """Return the source of a cell with its statements that are not in the pipeline as comments, and their number."""
    lines = cell.source.split("\n")
    omitted = 0
    for statement in notebook.statements(cell.index):
        first, last = statement.lineno, statement.end_lineno or statement.lineno
        if notebook.is_in_pipeline(cell.index, statement) or last > len(lines):
            continue
        if lines[first - 1].lstrip().startswith(("#", "%", "!")):
            continue
        is_parameter = _find_targets(statement) & {*notebook.compilation.parameters}
        omitted += not is_parameter
        for number in range(first, last + 1):
            lines[number - 1] = f"{_PARAMETER if is_parameter else _NOT_RUN}{lines[number - 1]}"
    for each in notebook.omitted():
        if each.cell == cell.index and each.text.startswith("!"):
            omitted += 1
            lines[each.line - 1] = f"{_NOT_RUN}{lines[each.line - 1]}"
    return "\n".join(lines), omitted


def _find_targets(statement: ast.stmt) -> set[str]:
    """Return the names that an assignment binds."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return {target.id for target in targets if isinstance(target, ast.Name)}
