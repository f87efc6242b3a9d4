"""Where the lines of generated code come from, so that a traceback of a run points at the notebook.

1. What is rendered is made of pieces; each knows the cell and the line that it was typed in, or none.
2. `trace` writes down which lines of a file come from which cell. It travels with the deployed code.
3. `locate` rewrites a traceback: lines of the generated file become cells of the notebook.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["FILE", "Piece", "locate", "trace"]

FILE = "source_map.json"
"""Name of the file in the folder of the deployed code."""

_FRAME = re.compile(r'^(?P<indent>\s*)File "(?P<path>[^"\n]*)", line (?P<line>\d+)(?:, in (?P<function>.+))?$')


@dataclass(frozen=True, slots=True)
class Piece:
    """Some lines of a generated file."""

    text: str
    cell: int = -1
    """Index of the cell that it comes from; negative for none."""
    line: int = 0
    """Line of the cell with which it begins, from 1."""


def trace(pieces: Sequence[Piece], ids: Mapping[int, str], sources: Mapping[int, str]) -> list[dict[str, Any]]:
    """Return for each run of lines that come from a cell where they stand and where they come from.

    Parameters
    ----------
    pieces : sequence of Piece
        The whole file, in order.
    ids, sources : mapping of int to str
        Id and text of each cell, by its index.

    Returns
    -------
    list of dict
        ``first`` is a line of the file and ``line`` the one of the cell that it comes from, both from 1; ``source``
        has the lines of the cell, one after the other; ``cell`` and ``id`` say which cell.
    """
    found: list[dict[str, Any]] = []
    lines_of = {cell: sources[cell].split("\n") for cell in {p.cell for p in pieces if p.cell >= 0}}
    number = 1
    for piece in pieces:
        count = piece.text.count("\n") + 1
        if piece.cell >= 0:
            lines = lines_of[piece.cell][piece.line - 1 : piece.line - 1 + count]
            last = found[-1] if found else None
            if last and last["cell"] == piece.cell and _follows(last, number, piece.line):
                last["source"] += lines
            else:
                here = {"first": number, "cell": piece.cell, "id": ids[piece.cell], "line": piece.line}
                found.append({**here, "source": lines})
        number += count
    return found


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
    >>> made = {"steps.py": [{"first": 7, "cell": 2, "id": "load", "line": 1, "source": ["x = 1 / 0"]}]}
    >>> print(locate('  File "/code/steps.py", line 7, in load\n    x = 1 / 0\n', made | {"notebook": "n.ipynb"}))
      Cell 2 (counted from 0, id load) of n.ipynb, line 1, in load
        x = 1 / 0
    <BLANKLINE>
    """
    return "\n".join(_located(traceback_text.split("\n"), source_map))


def _follows(entry: Mapping[str, Any], number: int, line: int) -> bool:
    length = len(entry["source"])
    return bool(entry["first"] + length == number and entry["line"] + length == line)


def _located(lines: Sequence[str], source_map: Mapping[str, Any]) -> Iterator[str]:
    notebook = source_map.get("notebook") or "the notebook"
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
        where = f"Cell {entry['cell']} (counted from 0, id {entry['id']}) of {notebook}, line {entry['line'] + offset}"
        yield f"{frame['indent']}{where}{inside}"
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
