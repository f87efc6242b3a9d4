"""Convert notebooks of other formats to nbformat 4: text notebooks, Databricks exports, and nbformat 3.

Text notebooks are read with ``jupytext``: ``.py`` in the percent and light formats, ``.md``, ``.Rmd``, ``.qmd`` and
marimo notebooks, for which jupytext needs ``marimo``. Ids that a conversion invents are removed, so that the same file
gives the same ids. ``nbformat`` and ``jupytext`` are imported only when they are needed.
"""

from __future__ import annotations

import itertools
import json
import re
import warnings
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from jupyter_pipeline.exceptions import CompileError, MissingDependencyError

__all__ = [
    "TEXT_SUFFIXES",
    "convert_databricks",
    "convert_nbformat3",
    "is_databricks_export",
    "is_marimo",
    "is_text_notebook",
    "read_text_notebook",
    "write_tags",
]

TEXT_SUFFIXES = frozenset({".py", ".md", ".markdown", ".rmd", ".qmd", ".myst"})
"""Suffixes of text notebooks, in lower case."""
_DATABRICKS = "# Databricks notebook source"
_DATABRICKS_CELL = re.compile(r"(?m)^# COMMAND -+[ \t]*\n?")
_DATABRICKS_MAGICS = {"sh": "bash", "python": "", "md": "", "md-sandbox": ""}
_DATABRICKS_LANGUAGES = frozenset({"sh", "python", "md", "md-sandbox", "sql", "scala", "r", "fs"})


def is_text_notebook(name: str) -> bool:
    """Return True if a file of this name is a text notebook."""
    return PurePath(name).suffix.lower() in TEXT_SUFFIXES


def is_databricks_export(text: str) -> bool:
    """Return True if a text notebook is an export of Databricks."""
    return text.startswith(_DATABRICKS)


def is_marimo(text: str) -> bool:
    """Return True if a text notebook is a marimo notebook."""
    return re.search(r"(?m)^app *= *marimo\.App\(", text) is not None


def _text_format(name: str) -> str:
    """Return the name by which jupytext knows the format of a text notebook."""
    suffix = PurePath(name).suffix.lower()
    # Quarto's own conversion needs its command line; its code chunks have the syntax of R Markdown.
    return {".rmd": "Rmd", ".qmd": "Rmd", ".myst": "md:myst"}.get(suffix, suffix[1:])


def read_text_notebook(text: str, name: str) -> dict[str, Any]:
    """Return a text notebook as nbformat data.

    Parameters
    ----------
    text : str
        Content of the file.
    name : str
        Name of the file. Its suffix selects the format.

    Raises
    ------
    CompileError
        If it cannot be read in this format.
    MissingDependencyError
        If jupytext is not installed.
    """
    if is_databricks_export(text):
        return {"nbformat": 4, "metadata": {}, "cells": [*_databricks_cells(text)]}
    try:
        import jupytext
    except ImportError as error:
        raise MissingDependencyError("jupytext") from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            notebook = jupytext.reads(text, fmt=_text_format(name))
    except Exception as error:  # the readers of jupytext raise many types
        reason = str(error).split("\n")[0].rstrip(".")
        if type(error).__name__ == "MarimoError":
            raise CompileError(
                f"{name} is a marimo notebook ({reason}). Install marimo, or run: "
                f"marimo export ipynb {name} -o NOTEBOOK"
            ) from error
        raise CompileError(
            f"{name} cannot be read as a text notebook ({reason}). Correct it, or save it as an .ipynb file."
        ) from error
    converted = _without_ids(json.loads(json.dumps(notebook)))
    language = str(converted["metadata"].get("jupytext", {}).get("main_language", "python"))
    if language != "python" and "kernelspec" not in converted["metadata"]:
        converted["metadata"]["language_info"] = {"name": language}
    if PurePath(name).suffix.lower() == ".qmd":
        for cell in converted["cells"]:
            _read_quarto_tags(cell)
    return converted


def _read_quarto_tags(cell: dict[str, Any]) -> None:
    """Add the tags in the options of a Quarto cell, such as ``#| tags: [parameters]``."""
    for line in itertools.takewhile(lambda text: text.startswith("#|"), cell["source"].split("\n")):
        if match := re.fullmatch(r"#\|\s*tags:\s*\[?([^\[\]]*)\]?\s*", line):
            tags = [word.strip(" \"'") for word in match[1].split(",")]
            cell["metadata"].setdefault("tags", []).extend(tag for tag in tags if tag)


def write_tags(text: str, name: str, tags: Mapping[int, str]) -> str:
    """Return a text notebook with a further tag on some cells, in the format of the text.

    Parameters
    ----------
    text : str
        Content of the file, which `read_text_notebook` can read.
    name : str
        Name of the file.
    tags : mapping of int to str
        Tag by zero-based index of the cell.
    """
    import jupytext

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        notebook = jupytext.reads(text, fmt=_text_format(name))
        for index, tag in tags.items():
            notebook.cells[index].metadata.setdefault("tags", []).append(tag)
        header = notebook.metadata.setdefault("jupytext", {})
        if header.get("cell_metadata_filter") == "-all":  # jupytext would leave out all metadata
            header["cell_metadata_filter"] = "tags,-all"
        kept = header.get("text_representation", {}).get("format_name")
        form = {"extension": PurePath(name).suffix, "format_name": kept} if kept else _text_format(name)
        return str(jupytext.writes(notebook, fmt=form))


def convert_nbformat3(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a notebook of nbformat 3 as nbformat 4.

    Raises
    ------
    CompileError
        If it is not a valid notebook of nbformat 3.
    """
    import nbformat

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            notebook = nbformat.reads(json.dumps(dict(data)), as_version=4)
    except Exception as error:  # nbformat raises KeyError, AttributeError and its own types for damaged files
        raise CompileError(
            f"This notebook of format {data.get('nbformat', 3)} cannot be converted ({type(error).__name__}). "
            "Open and save it in JupyterLab."
        ) from error
    converted = _without_ids(json.loads(json.dumps(notebook)))
    language = _language_of_cells(data)
    if language:
        converted["metadata"].setdefault("language_info", {"name": language})
    return converted


def _language_of_cells(data: Mapping[str, Any]) -> str:
    """Return the language of the code cells of nbformat 3, if all have the same."""
    cells = [cell for sheet in data.get("worksheets", ()) for cell in sheet.get("cells", ())]
    languages = {str(cell.get("language", "")) for cell in cells if cell.get("cell_type") == "code"}
    return languages.pop() if len(languages) == 1 else ""


def _without_ids(notebook: dict[str, Any]) -> dict[str, Any]:
    for cell in notebook.get("cells", ()):
        cell.pop("id", None)
    return notebook


def convert_databricks(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a notebook in which the cells of a Databricks export have the magics of Jupyter.

    Databricks marks a cell of another language by a line such as ``%sh``. Other notebooks are returned unchanged.
    """
    metadata, cells = data.get("metadata"), data.get("cells")
    if not isinstance(metadata, Mapping) or not isinstance(cells, list):
        return data
    if "notebookId" not in metadata and not any(key.startswith("application/vnd.databricks") for key in metadata):
        return data
    converted = []
    for cell in cells:
        if isinstance(cell, Mapping) and cell.get("cell_type") == "code":
            source = cell.get("source", "")
            lines = ("".join(source) if isinstance(source, list) else str(source)).split("\n")
            if lines[0].startswith("%") and not lines[0].startswith("%%"):
                kind, lines = _translate_databricks_magic(lines, 0)
                cell = {**cell, "cell_type": kind, "source": "\n".join(lines)}
        converted.append(cell)
    return {**data, "cells": converted}


def _translate_databricks_magic(lines: list[str], first: int) -> tuple[str, list[str]]:
    """Return the kind and the lines of a cell whose first line may be a magic of Databricks, such as ``%sh``."""
    lines = [*lines]
    magic = re.match(r"%([\w-]+)[ \t]*(.*)", lines[first])
    if magic and magic[1].startswith("md"):
        lines[first] = magic[2]
        return "markdown", lines
    if magic and magic[1] in _DATABRICKS_LANGUAGES:
        name = _DATABRICKS_MAGICS.get(magic[1], magic[1])
        lines[first] = f"%%{name}" if name else ""
        if magic[2]:
            lines.insert(first + 1, magic[2])
    return "code", lines


def _databricks_cells(text: str) -> list[dict[str, Any]]:
    """Return the cells of a Databricks export; ``# MAGIC`` starts the lines of other languages."""
    body = text.partition("\n")[2]
    cells = []
    for source in _DATABRICKS_CELL.split(body):
        lines = source.strip("\n").split("\n")
        title = [line for line in lines if line.startswith("# DBTITLE")]
        lines = [line for line in lines if line not in title]
        kind = "code"
        if any(line.startswith("# MAGIC") for line in lines):
            lines = [re.sub(r"^# MAGIC ?", "", line) for line in lines]
            first = next((i for i, line in enumerate(lines) if line.strip()), 0)
            kind, lines = _translate_databricks_magic(lines, first)
        cells.append({"cell_type": kind, "metadata": {}, "source": "\n".join(lines).strip("\n")})
    return [cell for cell in cells if cell["source"]]
