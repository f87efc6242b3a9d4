"""Map the lines of generated code to cells, so that a traceback of a run points at the notebook.

1. Rendered code consists of pieces. Each piece records its cell and line, if it comes from one.
2. `trace` returns the map of a file. It is stored with the deployed code.
3. `locate` rewrites a traceback: lines of the generated file become lines of cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jupyter_pipeline.compiler.codegen.line_alignment import align_lines
from jupyter_pipeline.compiler.frontend.notebook import Cell, label_cells

__all__ = ["FILE", "Piece", "find_locations", "locate", "trace"]

FILE = "source_map.json"
"""Name of the file in the folder of the deployed code."""

_FRAME = re.compile(r'^(?P<indent>\s*)File "(?P<path>[^"\n]*)", line (?P<line>\d+)(?:, in (?P<function>.+))?$')


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines of a generated file."""

    text: str
    cell: int = -1
    """Zero-based index of the cell; negative if it comes from none."""
    line: int = 0
    """First line in the cell, from 1."""


def trace(pieces: Sequence[Piece], text: str, cells: Sequence[Cell]) -> list[dict[str, Any]]:
    """Return an entry for each run of lines that come from one cell.

    Parameters
    ----------
    pieces : sequence of Piece
        The whole file before formatting, in order.
    text : str
        The formatted file.
    cells : sequence of Cell
        All cells of the notebook.

    Returns
    -------
    list of dict
        ``first`` is the first line in the file, and ``line`` the first line in the cell, both from 1. ``source`` has
        the lines of the cell. ``cell`` is its zero-based index, ``id`` its id, ``label`` its name in messages.
    """
    by_index, labels = {c.index: c for c in cells}, label_cells(cells)
    lines_of = {cell: by_index[cell].source.split("\n") for cell in {p.cell for p in pieces if p.cell >= 0}}
    origins = list(_origins(pieces))
    found: list[dict[str, Any]] = []
    for number, before in align_lines("\n".join(p.text for p in pieces), text).items():
        cell, line = origins[before - 1]
        if cell < 0 or not 1 <= line <= len(lines_of[cell]):
            continue
        last = found[-1] if found else None
        if last and last["cell"] == cell and _follows(last, number, line):
            last["source"].append(lines_of[cell][line - 1])
        else:
            entry = {"first": number, "cell": cell, "id": by_index[cell].id, "line": line}
            found.append({**entry, "label": labels[cell], "source": [lines_of[cell][line - 1]]})
    return found


def _origins(pieces: Sequence[Piece]) -> Iterator[tuple[int, int]]:
    """Yield the cell and its line for each line of the file before formatting."""
    for piece in pieces:
        for offset in range(piece.text.count("\n") + 1):
            yield piece.cell, piece.line + offset


def locate(traceback_text: str, source_map: Mapping[str, Any]) -> str:
    r"""Return a traceback with cells and lines of the notebook in place of lines of the generated code.

    Parameters
    ----------
    traceback_text : str
        As Python prints it.
    source_map : mapping
        `Compilation.source_map`: the result of `trace` by file name, and the notebook's path as ``notebook``.

    Returns
    -------
    str
        The same text; frames that come from no cell are as they were.

    Examples
    --------
    >>> entry = {"first": 7, "cell": 2, "id": "load", "label": "cell 3 of 4", "line": 1, "source": ["x = 1 / 0"]}
    >>> source_map = {"notebook": "n.ipynb", "steps.py": [entry]}
    >>> print(locate('  File "/code/steps.py", line 7, in load\n    x = 1 / 0\n', source_map))
      Cell 3 of 4 in n.ipynb, line 1, in load
        x = 1 / 0
    <BLANKLINE>
    """
    return "\n".join(_located(traceback_text.split("\n"), source_map))


def find_locations(traceback_text: str, source_map: Mapping[str, Any]) -> list[str]:
    """Return cell, notebook and line of each frame of a traceback that comes from a cell, the innermost last."""
    found = []
    for line in traceback_text.split("\n"):
        frame = _FRAME.match(line)
        entry = _entry(source_map, frame["path"], int(frame["line"])) if frame else None
        if frame and entry:
            found.append(_location(source_map, entry, int(frame["line"])))
    return found


def _location(source_map: Mapping[str, Any], entry: Mapping[str, Any], line: int) -> str:
    label = entry["label"][:1].upper() + entry["label"][1:]
    notebook = source_map.get("notebook") or "the notebook"
    return f"{label} in {notebook}, line {entry['line'] + line - entry['first']}"


def _follows(entry: Mapping[str, Any], number: int, line: int) -> bool:
    length = len(entry["source"])
    return bool(entry["first"] + length == number and entry["line"] + length == line)


def _located(lines: Sequence[str], source_map: Mapping[str, Any]) -> Iterator[str]:
    position = 0
    while position < len(lines):
        line = lines[position]
        position += 1
        frame = _FRAME.match(line)
        entry = _entry(source_map, frame["path"], int(frame["line"])) if frame else None
        if frame is None or entry is None:
            yield line
            continue
        offset = int(frame["line"]) - entry["first"]
        inside = f", in {frame['function']}" if frame["function"] else ""
        yield f"{frame['indent']}{_location(source_map, entry, int(frame['line']))}{inside}"
        deeper = frame["indent"] + "  "
        source = entry["source"][offset].strip()
        shown = lines[position].strip() if position < len(lines) and lines[position].startswith(deeper) else None
        yield f"{deeper}{source}"
        if shown is not None:
            position += 1
            marks = position < len(lines) and not lines[position].strip(" ^~") and lines[position].strip()
            if marks and shown != source:  # they stand below a line that reads differently
                position += 1


def _entry(source_map: Mapping[str, Any], path: str, line: int) -> Mapping[str, Any] | None:
    for entry in source_map.get(re.split(r"[/\\]", path)[-1], ()):
        if 0 <= line - entry["first"] < len(entry["source"]):
            return entry  # type: ignore[no-any-return]
    return None
