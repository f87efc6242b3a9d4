"""Read the cells of a notebook, select them, and label them for messages.

1. Decode UTF-8 and JSON. Importing nbformat takes a second, so ``json`` is used. `formats` converts other formats than
   nbformat 4. A notebook of another language than Python is refused (`kernels`).
2. Read each cell's source, tags, id and execution count. Missing and repeated ids are replaced by positional ids.
3. Select cells by index, id or tag (`select_cell`). Note cells that ran in another order than the document's.

Messages name a cell as the notebook shows it (`label_cells`); indices in records are zero-based.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from jupyter_pipeline.compiler.frontend.directives import KINDS, read_tag
from jupyter_pipeline.compiler.frontend.formats import (
    convert_databricks,
    convert_nbformat3,
    is_text_notebook,
    read_text_notebook,
)
from jupyter_pipeline.compiler.frontend.kernels import check_kernel
from jupyter_pipeline.exceptions import CompileError, CompileRefusedError, NotFoundError, UsageError
from jupyter_pipeline.models import Record

__all__ = [
    "OTHER_CELL",
    "Cell",
    "CellNote",
    "find_marked_cells",
    "format_notes",
    "has_directive",
    "is_approximation",
    "is_run",
    "is_skipped",
    "label_cells",
    "label_refusals",
    "note_execution_order",
    "read_notebook",
    "select_cell",
    "select_cells",
    "split_remark",
]

_LABEL_WIDTH = 40
_MOST_LISTED = 8
"""Code cells that a message lists."""
_SUBJECTS = 12
"""Number of calls that one note names."""
_SKIPPED = "skip-execution"
"""Tag of cells that nbclient does not run."""
_THIS_CELL = "{cell}"
"""Placeholder for the label of the cell in the subject of a `CellNote`."""
OTHER_CELL = "{other}"
"""Placeholder for the label of another cell in a `CellNote`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell(Record):
    """One cell of a notebook."""

    index: int
    """Zero-based position in the notebook; markdown cells count."""
    source: str
    id: str = ""
    kind: str = "code"
    """``code``, ``markdown`` or ``raw``."""
    tags: tuple[str, ...] = ()
    execution_count: int | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Value of ``jupyter_pipeline`` in the metadata: a directive, see `directives.read_metadata`."""
    outputs: tuple[Mapping[str, Any], ...] | None = None
    """Outputs in the form of nbformat; ``None`` if the cell has not run, or if they are not known."""
    missing: str = ""
    """Reason why the outputs of a cell that has run are not known."""


@dataclass(frozen=True, slots=True)
class CellNote:
    """A remark of the compiler on one cell."""

    cell: int
    """Zero-based index of the cell."""
    text: str
    """Remark without a period. `OTHER_CELL` stands for the label of `other`."""
    other: int | None = None
    """Zero-based index of another cell that the remark names."""
    subject: str = ""
    """Call, line or package of the remark. `format_notes` merges such notes with the same text."""

    def format(self, labels: Mapping[int, str]) -> str:
        """Return the remark as a sentence that starts with the label of the cell."""
        text = self.text if self.other is None else self.text.replace(OTHER_CELL, labels[self.other])
        return f"{_capitalize(labels[self.cell])}: {text}."


_REQUIRES = "The pipeline requires these packages; nothing is installed when it runs"
_RUNS_SHELL_LINES = "Shell lines of these cells run as subprocesses, and a command that fails stops the run"
_LEFT_OUT = "These lines affect the notebook only, and are left out"
_REMARKS = (_REQUIRES, _RUNS_SHELL_LINES, _LEFT_OUT)


def split_remark(cell: int, text: str) -> list[CellNote]:
    """Return the notes of a remark of the front end; `format_notes` merges remarks on many lines to one sentence.

    Examples
    --------
    >>> split_remark(0, "the pipeline requires a, b; nothing is installed when it runs")[1].subject
    'b'
    """
    if match := re.fullmatch(r"the pipeline requires (.+?); nothing is installed when it runs", text):
        return [CellNote(cell, _REQUIRES, subject=one) for one in match[1].split(", ")]
    if text.startswith("its shell lines run as subprocesses"):
        return [CellNote(cell, _RUNS_SHELL_LINES, subject=_THIS_CELL)]
    if match := re.fullmatch(r"line \d+, (.+?), is ignored: it affects the notebook only", text):
        return [CellNote(cell, _LEFT_OUT, subject=match[1])]
    return [CellNote(cell, text)]


def is_approximation(note: CellNote) -> bool:
    """Return True if a note names a statement whose effects are unknown."""
    return bool(note.subject) and note.text not in _REMARKS


def format_notes(notes: Iterable[CellNote], labels: Mapping[int, str]) -> list[str]:
    """Return the sentences of notes; notes on approximations are one sentence for each text, at the end.

    Examples
    --------
    >>> notes = [CellNote(0, "these calls are kept", subject="a()"), CellNote(1, "these calls are kept", subject="b()")]
    >>> format_notes(notes, {0: "cell 1 of 2", 1: "cell 2 of 2"})
    ['these calls are kept: a(), b().']
    """
    subjects: dict[str, dict[str, None]] = {}
    sentences: dict[str, None] = {}
    for note in notes:
        if note.subject:
            subject = labels[note.cell] if note.subject == _THIS_CELL else note.subject
            subjects.setdefault(note.text, {})[subject] = None
        else:
            sentences[note.format(labels)] = None
    return [*sentences, *(f"{text}: {_join(list(found))}." for text, found in subjects.items())]


def _join(subjects: Sequence[str]) -> str:
    more = len(subjects) - _SUBJECTS
    return ", ".join(subjects[:_SUBJECTS]) + (f" and {more} more" if more > 0 else "")


def label_cells(cells: Sequence[Cell]) -> dict[int, str]:
    r"""Return the label of each cell by its index, as the notebook shows it.

    Examples
    --------
    >>> label_cells([Cell(index=0, source="df = read()\ndf", execution_count=4), Cell(index=1, source="")])
    {0: 'In [4] "df = read()"', 1: 'cell 2 of 2'}
    """
    return {cell.index: _label(cell, len(cells)) for cell in cells}


@contextmanager
def label_refusals(labels: Mapping[int, str]) -> Iterator[None]:
    """Add the label of the cell to each refusal that is raised inside the context."""
    try:
        yield
    except CompileRefusedError as error:
        labelled = [replace(refusal, label=labels.get(refusal.cell, "")) for refusal in error.refusals]
        raise CompileRefusedError(labelled) from None


def _label(cell: Cell, total: int) -> str:
    if cell.execution_count is None:
        return f"cell {cell.index + 1} of {total}"
    return f'In [{cell.execution_count}] "{_first_line(cell)}"'


def _first_line(cell: Cell) -> str:
    """Return the first line with text, cut to the width of a label."""
    first = next((line.strip() for line in cell.source.split("\n") if line.strip()), "")
    return first if len(first) <= _LABEL_WIDTH else f"{first[: _LABEL_WIDTH - 1].rstrip()}…"


def _capitalize(label: str) -> str:
    return label[:1].upper() + label[1:]


def read_notebook(source: str | bytes | Mapping[str, Any], name: str = "") -> list[Cell]:
    """Return the cells of a notebook.

    Parameters
    ----------
    source : str, bytes or mapping
        The text of a notebook file, its bytes, or the parsed JSON.
    name : str, optional
        Name of the file. The suffix of a text notebook, such as ``.py`` or ``.md``, selects its format.

    Returns
    -------
    list of Cell
        All cells in document order, markdown included.

    Raises
    ------
    CompileError
        If the file is not UTF-8, not JSON, not a notebook, or if its kernel is not a local Python kernel.
    """
    data = _decode(source, name) if isinstance(source, str | bytes) else source
    if not isinstance(data, Mapping):
        raise CompileError("This is not a notebook: its JSON is not an object. Choose an .ipynb file.")
    version = data.get("nbformat")
    if "worksheets" in data or (isinstance(version, int) and version < 4):
        data = convert_nbformat3(data)
    data = convert_databricks(data)
    metadata = data.get("metadata")
    check_kernel(metadata if isinstance(metadata, Mapping) else {})
    cells = data.get("cells")
    if not isinstance(cells, Sequence) or isinstance(cells, str):
        raise CompileError("This is not a notebook: it has no list of cells. Choose an .ipynb file.")
    seen: set[str] = set()
    return [_cell(index, raw, seen, len(cells)) for index, raw in enumerate(cells)]


def has_directive(cell: Cell) -> bool:
    """Return True if a cell has a directive: on its first line, in a tag, or in its metadata."""
    return cell.kind == "code" and (
        cell.source.lstrip().startswith(("%%step", "%%check"))
        or bool(read_tag(cell.tags))
        or any(kind in cell.settings for kind in KINDS)
    )


def is_run(cell: Cell) -> bool:
    """Return True if a run of the whole notebook executes the cell."""
    return cell.kind == "code" and bool(cell.source.strip()) and not is_skipped(cell)


def is_skipped(cell: Cell) -> bool:
    """Return True if a tag excludes a code cell from runs of the whole notebook."""
    return cell.kind == "code" and bool(cell.source.strip()) and _SKIPPED in cell.tags


def find_marked_cells(cells: Sequence[Cell]) -> list[int]:
    """Return the indices of the cells that have a directive.

    Raises
    ------
    UsageError
        If there is none.
    """
    found = [cell.index for cell in cells if has_directive(cell)]
    if not found:
        for cell in cells:
            words = cell.source.split()[:2]
            if words[:1] == ["%%deploy"] and len(words) > 1:
                raise UsageError(
                    f"No cell is a step, but {label_cells(cells)[cell.index]} starts with %%deploy {words[1]}. Add "
                    f"--cell {cell.index} --name {words[1]} to deploy that cell, or --all to deploy the whole notebook."
                )
        raise UsageError(
            "No cell is a step. Deploy the whole notebook with --all (in the notebook: %deploy notebook), choose a "
            "cell with --cell INDEX, --cell ID or --cell TAG, or start the cells of a pipeline with %%step NAME and "
            "%%check NAME."
        )
    return found


def select_cell(cells: Sequence[Cell], selector: str | int) -> int:
    """Return the index of the code cell that `selector` identifies.

    Parameters
    ----------
    cells : sequence of Cell
        The notebook.
    selector : str or int
        Id, tag of one cell, or zero-based index. A negative index counts from the end.

    Raises
    ------
    NotFoundError
        If no cell matches.
    UsageError
        If several cells have the tag, or the cell is not code.
    """
    found = _find(cells, str(selector))
    if cells[found].kind != "code":
        label = _capitalize(label_cells(cells)[found])
        raise UsageError(f"{label} is {cells[found].kind}, not code. Choose a code cell.")
    return found


def select_cells(cells: Sequence[Cell], selectors: Sequence[str], *, whole: bool = False) -> list[int]:
    """Return the indices of the cells that become the steps of a pipeline, in the order of the document.

    Parameters
    ----------
    cells : sequence of Cell
        The notebook.
    selectors : sequence of str
        See `select_cell`; a tag selects all code cells that have it. If empty, all cells with directives.
    whole : bool, default False
        Select all code cells that run.

    Raises
    ------
    NotFoundError
        If a selector matches no cell.
    UsageError
        If a selected cell is not code, `selectors` is empty and no cell has a directive, or the whole notebook and
        single cells are selected.
    """
    if whole:
        if selectors:
            raise UsageError("--all deploys the whole notebook, and --cell single cells: use one of them.")
        if not (run := [cell.index for cell in cells if is_run(cell)]):
            raise UsageError("The notebook has no code. Write a code cell first.")
        return run
    if not selectors:
        return find_marked_cells(cells)
    found: set[int] = set()
    for selector in selectors:
        tagged = [c.index for c in cells if c.kind == "code" and selector in c.tags]
        found.update(tagged or [select_cell(cells, selector)])
    return sorted(found)


def note_execution_order(cells: Sequence[Cell], last: int) -> list[str]:
    """Return a note on code cells up to the index `last` that ran after a cell below them."""
    counts = [(c.index, c.execution_count) for c in cells[: last + 1] if c.kind == "code" and c.source.strip()]
    latest, late = 0, []
    for index, count in reversed(counts):
        if count is not None:
            if latest and count > latest:
                late.append(index)
            latest = min(latest or count, count)
    if not late:
        return []
    labels = label_cells(cells)
    shown = _capitalize(", ".join(labels[index] for index in sorted(late)))
    return [f"{shown} ran after a cell below; the pipeline runs cells in document order."]


def _decode(source: str | bytes, name: str) -> Any:
    try:
        text = source.decode("utf-8-sig") if isinstance(source, bytes) else source
    except UnicodeDecodeError as error:
        raise CompileError(f"This notebook is not UTF-8 (byte {error.start}). Save it again in Jupyter.") from error
    if is_text_notebook(name):
        return read_text_notebook(text.replace("\r\n", "\n"), name)
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        where = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise CompileError(
            f"This notebook is not valid JSON{where}; it may be cut off. Save it again, or restore a checkpoint."
        ) from error


def _cell(index: int, raw: Any, seen: set[str], total: int) -> Cell:
    if not isinstance(raw, Mapping):
        raise CompileError(f"Cell {index + 1} of {total} is not a JSON object. Save the notebook again in Jupyter.")
    source = raw.get("source", "")
    if isinstance(source, Sequence) and not isinstance(source, str):
        source = "".join(str(line) for line in source)
    if not isinstance(source, str):
        raise CompileError(f"Cell {index + 1} of {total} has no text. Save the notebook again in Jupyter.")
    metadata = raw.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    tags, settings = metadata.get("tags"), metadata.get("jupyter_pipeline")
    identifier = raw.get("id")
    if not isinstance(identifier, str) or not identifier or identifier in seen:
        identifier = f"cell-{index}"
    seen.add(identifier)
    count = raw.get("execution_count")
    kind = str(raw.get("cell_type", "code"))
    if kind == "code" and _is_other_language(metadata) and not source.lstrip().startswith("%%"):
        kind = "raw"
    outputs = raw.get("outputs")
    outputs = [each for each in outputs if isinstance(each, Mapping)] if isinstance(outputs, list) else []
    return Cell(
        index=index,
        id=identifier,
        kind=kind,
        source=source.replace("\r\n", "\n").replace("\r", "\n"),
        tags=tuple(str(t) for t in tags) if isinstance(tags, list) else (),
        execution_count=count if isinstance(count, int) else None,
        settings=settings if isinstance(settings, Mapping) else {},
        outputs=tuple(outputs) if outputs or isinstance(count, int) else None,
    )


def _is_other_language(metadata: Mapping[str, Any]) -> bool:
    """Return True if VS Code or a polyglot kernel marks the cell with another language than Python."""
    for key, entry in (
        ("vscode", "languageId"),
        ("polyglot_notebook", "kernelName"),
        ("dotnet_interactive", "language"),
    ):
        value = metadata.get(key)
        language = value.get(entry) if isinstance(value, Mapping) else None
        if isinstance(language, str) and language.lower() not in ("python", "pythonkernel", "plaintext", ""):
            return True
    return False


def _list_code(cells: Sequence[Cell]) -> list[str]:
    """Return the index, the tags and the first line of the code cells."""
    found = []
    for cell in cells:
        if cell.kind == "code" and cell.source.strip():
            tags = f" ({', '.join(cell.tags)})" if cell.tags else ""
            found.append(f"{cell.index}{tags} `{_first_line(cell)}`")
    return found if len(found) <= _MOST_LISTED else [*found[:_MOST_LISTED], "…"]


def _find(cells: Sequence[Cell], selector: str) -> int:
    by_id = [c.index for c in cells if c.id == selector]
    if by_id:
        return by_id[0]
    tagged = [c.index for c in cells if selector in c.tags]
    if len(tagged) > 1:
        labels = label_cells(cells)
        shown = "; ".join(labels[i] for i in tagged)
        raise UsageError(f"Several cells have the tag {selector!r}: {shown}. Choose one by index or id.")
    if tagged:
        return tagged[0]
    try:
        index = int(selector)
    except ValueError:
        known = sorted({c.id for c in cells} | {t for c in cells for t in c.tags})
        if not difflib.get_close_matches(selector, known):
            known = _list_code(cells)
        raise NotFoundError("cell", selector, known, "Give an index, an id, or a tag.", ordered=True) from None
    if not -len(cells) <= index < len(cells):
        raise UsageError(f"The notebook has no cell with index {index}. Choose an index from 0 to {len(cells) - 1}.")
    return index % len(cells)
