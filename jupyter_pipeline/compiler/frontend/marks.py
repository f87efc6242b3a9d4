"""Write step names into a notebook, as tags of its cells.

1. In an ``.ipynb`` file only the tags change. Its indentation stays.
2. Text notebooks are written by ``jupytext``, in the format in which they were read.
3. The result is read again. If another text or kind of a cell has changed, nothing is written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from jupyter_pipeline.compiler.frontend.formats import (
    is_databricks_export,
    is_marimo,
    is_text_notebook,
    write_tags,
)
from jupyter_pipeline.compiler.frontend.notebook import Cell, read_notebook
from jupyter_pipeline.exceptions import CompileError

__all__ = ["write_marks"]

_ADVICE = "Start its cells with %%step NAME, or save it as an .ipynb file."


def write_marks(content: bytes, name: str, marks: Mapping[int, str]) -> bytes:
    """Return a notebook file with a tag ``step:NAME`` on cells.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        Name of the file. The suffix of a text notebook selects its format.
    marks : mapping of int to str
        Step name by zero-based index of the cell.

    Raises
    ------
    CompileError
        If the format of the notebook has no tags, or if more than the tags would change.
    """
    text = content.decode("utf-8-sig")
    changed = _write_text_notebook(text, name, marks) if is_text_notebook(name) else _write_json(text, marks)
    before, after = read_notebook(content, name), read_notebook(changed, name)
    expected = [(c.kind, c.source, {*c.tags, *_tags(marks, c)}) for c in before]
    if [(c.kind, c.source, {*c.tags}) for c in after] != expected:
        raise CompileError(f"The tags cannot be written into {name} without other changes. {_ADVICE}")
    return changed.encode()


def _tags(marks: Mapping[int, str], cell: Cell) -> list[str]:
    return [f"step:{marks[cell.index]}"] if cell.index in marks else []


def _write_json(text: str, marks: Mapping[int, str]) -> str:
    data = json.loads(text)
    if "cells" not in data:
        raise CompileError("Cells of notebook format 3 have no tags. Open and save the notebook in JupyterLab.")
    _add_tags(data["cells"], marks)
    found = re.match(r"\{\n([ \t]+)", text)
    indent = found[1] if found else None if "\n" not in text.strip() else 1
    return json.dumps(data, ensure_ascii=False, indent=indent) + ("\n" if text.endswith("\n") else "")


def _write_text_notebook(text: str, name: str, marks: Mapping[int, str]) -> str:
    suffix = PurePath(name).suffix
    reason = ""
    if is_databricks_export(text):
        reason = f"{name} is a Databricks export, whose cells have no tags"
    elif is_marimo(text):
        reason = f"{name} is a marimo notebook, whose cells have no tags"
    elif suffix.lower() in (".qmd", ".rmd"):
        reason = f"Tags cannot be written into {suffix} files"
    if reason:
        raise CompileError(f"{reason}. {_ADVICE}")
    return write_tags(text, name, {index: f"step:{step}" for index, step in marks.items()})


def _add_tags(cells: list[Any], marks: Mapping[int, str]) -> None:
    for index, step in marks.items():
        cells[index].setdefault("metadata", {}).setdefault("tags", []).append(f"step:{step}")
