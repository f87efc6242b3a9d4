"""Notebook JSON to cells.

1. Decode: UTF-8, JSON, an object with ``nbformat`` 4 (importing nbformat costs a second, so ``json`` does).
2. Take each cell's source, tags, id and execution count; ids that are missing or repeated get a positional one.
3. Find one cell by index, id or tag (`select_cell`), and tell when cells ran in another order than they stand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jupyter_pipeline.compiler.frontend.directives import KINDS, read_tag
from jupyter_pipeline.exceptions import CompileError, NotFoundError, UsageError
from jupyter_pipeline.models import Record

__all__ = ["Cell", "find_marked_cells", "has_directive", "order_notes", "read_notebook", "select_cell", "select_cells"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell(Record):
    """One cell of a notebook."""

    index: int
    """Position in the notebook, from 0; markdown cells count."""
    source: str
    id: str = ""
    kind: str = "code"
    """``code``, ``markdown`` or ``raw``."""
    tags: tuple[str, ...] = ()
    execution_count: int | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    """The key ``jupyter_pipeline`` of its metadata: a mark, as `marks.read_metadata` reads it."""


def read_notebook(source: str | bytes | Mapping[str, Any]) -> list[Cell]:
    """Return the cells of a notebook.

    Parameters
    ----------
    source : str, bytes or mapping
        The text of an ``.ipynb`` file of format 4, its bytes, or the parsed JSON.

    Returns
    -------
    list of Cell
        All cells in document order, markdown too, so that indices are those of the notebook.

    Raises
    ------
    CompileError
        If it is not UTF-8, not JSON, not a notebook, or of another format than 4.
    """
    data = _decode(source) if isinstance(source, str | bytes) else source
    if not isinstance(data, Mapping):
        raise CompileError("This is not a notebook: its JSON is not an object. Choose an .ipynb file.")
    version = data.get("nbformat")
    if "worksheets" in data or (isinstance(version, int) and version < 4):
        raise CompileError(
            f"This notebook has format {version or 3}; format 4 is needed. Open and save it in JupyterLab, or run: "
            "jupyter nbconvert --to notebook --inplace NOTEBOOK"
        )
    cells = data.get("cells")
    if not isinstance(cells, Sequence) or isinstance(cells, str):
        raise CompileError("This is not a notebook: it has no list of cells. Choose an .ipynb file.")
    seen: set[str] = set()
    return [_cell(index, raw, seen) for index, raw in enumerate(cells)]


def has_directive(cell: Cell) -> bool:
    """Return whether a cell is marked as a step or a check: by its first line, a tag, or its metadata."""
    return cell.kind == "code" and (
        cell.source.lstrip().startswith(("%%step", "%%check"))
        or bool(read_tag(cell.tags))
        or any(kind in cell.settings for kind in KINDS)
    )


def find_marked_cells(cells: Sequence[Cell]) -> list[int]:
    """Return the indices of the cells that are marked: by ``%%step``, ``%%check``, a tag, or their metadata.

    Raises
    ------
    UsageError
        If there is none.
    """
    found = [cell.index for cell in cells if has_directive(cell)]
    if not found:
        raise UsageError(
            "No cell is marked. Name one: --cell INDEX, --cell ID or --cell TAG; or begin the cells of a pipeline with "
            "%%step NAME and %%check NAME."
        )
    return found


def select_cell(cells: Sequence[Cell], selector: str | int) -> int:
    """Return the index of the one code cell that `selector` means.

    Parameters
    ----------
    cells : sequence of Cell
        The notebook.
    selector : str or int
        Index from 0, negative from the end as in Python; or an id; or a tag that one cell has.

    Raises
    ------
    NotFoundError
        If there is none.
    UsageError
        If a tag is on several cells, or the cell is not code.
    """
    found = _find(cells, str(selector))
    if cells[found].kind != "code":
        raise UsageError(f"Cell {found} (counted from 0) is {cells[found].kind}, not code. Choose a code cell.")
    return found


def select_cells(cells: Sequence[Cell], selectors: Sequence[str]) -> list[int]:
    """Return the indices of the cells that become the steps of a pipeline, in the order of the document.

    Parameters
    ----------
    cells : sequence of Cell
        The notebook.
    selectors : sequence of str
        As for `select_cell`; a tag means all code cells that have it. Without any, the marked cells.

    Raises
    ------
    NotFoundError
        If one selects nothing.
    UsageError
        If one selects a cell that is not code, or none is given and no cell is marked.
    """
    if not selectors:
        return find_marked_cells(cells)
    found: set[int] = set()
    for selector in selectors:
        tagged = [c.index for c in cells if c.kind == "code" and selector in c.tags]
        found.update(tagged or [select_cell(cells, selector)])
    return sorted(found)


def order_notes(cells: Sequence[Cell], target: int) -> list[str]:
    """Return a note for code cells up to `target` that ran after a cell which stands below them, or never."""
    counts = [(c.index, c.execution_count) for c in cells[: target + 1] if c.kind == "code" and c.source.strip()]
    latest, late = 0, []
    for index, count in reversed(counts):
        if count is not None:
            if latest and count > latest:
                late.append(index)
            latest = min(latest or count, count)
    if not late:
        return []
    plural = "s" if len(late) > 1 else ""
    shown = ", ".join(str(index) for index in sorted(late))
    text = f"Cell{plural} {shown} (counted from 0) ran after a cell below; the pipeline runs cells in document order."
    return [text]


def _decode(source: str | bytes) -> Any:
    try:
        text = source.decode("utf-8-sig") if isinstance(source, bytes) else source
    except UnicodeDecodeError as error:
        raise CompileError(f"This notebook is not UTF-8 (byte {error.start}). Save it again in Jupyter.") from error
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        where = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise CompileError(
            f"This notebook is not valid JSON{where}; it may be cut off. Save it again, or restore a checkpoint."
        ) from error


def _cell(index: int, raw: Any, seen: set[str]) -> Cell:
    if not isinstance(raw, Mapping):
        raise CompileError(
            f"Cell {index} (counted from 0) of this notebook is not an object. Save it again in Jupyter."
        )
    source = raw.get("source", "")
    if isinstance(source, Sequence) and not isinstance(source, str):
        source = "".join(str(line) for line in source)
    if not isinstance(source, str):
        raise CompileError(f"Cell {index} (counted from 0) of this notebook has no text. Save it again in Jupyter.")
    metadata = raw.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    tags, settings = metadata.get("tags"), metadata.get("jupyter_pipeline")
    identifier = raw.get("id")
    if not isinstance(identifier, str) or not identifier or identifier in seen:
        identifier = f"cell-{index}"
    seen.add(identifier)
    count = raw.get("execution_count")
    return Cell(
        index=index,
        id=identifier,
        kind=str(raw.get("cell_type", "code")),
        source=source.replace("\r\n", "\n").replace("\r", "\n"),
        tags=tuple(str(t) for t in tags) if isinstance(tags, list) else (),
        execution_count=count if isinstance(count, int) else None,
        settings=settings if isinstance(settings, Mapping) else {},
    )


def _find(cells: Sequence[Cell], selector: str) -> int:
    by_id = [c.index for c in cells if c.id == selector]
    if by_id:
        return by_id[0]
    tagged = [c.index for c in cells if selector in c.tags]
    if len(tagged) > 1:
        shown = ", ".join(str(i) for i in tagged)
        raise UsageError(f"The tag {selector!r} is on cells {shown} (from 0). Choose one by index or id.")
    if tagged:
        return tagged[0]
    try:
        index = int(selector)
    except ValueError:
        known = {c.id for c in cells} | {t for c in cells for t in c.tags}
        raise NotFoundError("cell", selector, known, "Give an index from 0, an id or a tag.") from None
    if not -len(cells) <= index < len(cells):
        raise UsageError(f"There is no cell {index}: the notebook has {len(cells)} cells, from 0.")
    return index % len(cells)
