"""Compare a rehearsal with the notebook, cell by cell.

1. `Notebook` describes the compiled cells: their plain source, outputs, last expression, and lines that the pipeline
   does not have.
2. `Notebook.request` is the request of the recorder.
3. `compare` compares the recording with the outputs, the kernel's names and the files.

A selected cell must show what the notebook shows. Another cell may show less, if lines of it are not in the pipeline,
but nothing else. A difference is excused only by a reason that holds for the statement: see `stability`.
"""

from __future__ import annotations

import ast
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from jupyter_pipeline.compiler import Cell, Compilation
from jupyter_pipeline.compiler.frontend.ipython import to_python
from jupyter_pipeline.compiler.frontend.notebook import label_cells, note_execution_order
from jupyter_pipeline.compiler.frontend.plain import PlainCell
from jupyter_pipeline.compiler.graph.steps import find_names_read
from jupyter_pipeline.models import CellComparison, ComparisonStatus, ItemComparison, RehearsalComparison
from jupyter_pipeline.workflows.comparison.confirmations import (
    Confirmation,
    find_confirmations,
    shows_value_of_magic,
)
from jupyter_pipeline.workflows.comparison.files import FolderState, OmittedLine, compare_files, find_read_files
from jupyter_pipeline.workflows.comparison.names import SAMPLED, compare_names, find_bound_names
from jupyter_pipeline.workflows.comparison.outputs import (
    TOO_LONG,
    Expectation,
    compare_displays,
    compare_text,
    count_skipped_pictures,
    has_widgets,
)
from jupyter_pipeline.workflows.comparison.stability import (
    PROCESS,
    TIME,
    UNSEEDED,
    CellStability,
    describe,
    find_instability,
    has_seed,
)
from jupyter_pipeline.workflows.comparison.text import Noise, Window

__all__ = ["Notebook", "compare"]

_HIDING = ("%%capture", "%%html", "%%javascript", "%%latex", "%%markdown", "%%svg")
_SHOWING = ("%time ", "!!")
"""Lines of IPython that have a value. It shows no value of other commands."""
_DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_STEPS = "steps.py"
_PARTS = ("text", "value", "picture")


@dataclass(frozen=True)
class Notebook:
    """The notebook's side of a comparison."""

    cells: Sequence[Cell]
    selected: Sequence[int]
    """Indices of the selected cells."""
    compilation: Compilation

    @cached_property
    def labels(self) -> dict[int, str]:
        """Label of each cell."""
        return label_cells(self.cells)

    @cached_property
    def code(self) -> dict[int, Cell]:
        """Code cells down to the last selected one, by index."""
        return {c.index: c for c in self.cells if c.kind == "code" and c.index <= max(self.selected)}

    @cached_property
    def sources(self) -> dict[int, str]:
        """Plain Python of the code cells by index."""
        return {index: plain.source for index, plain in self.plain.items()}

    @cached_property
    def plain(self) -> dict[int, PlainCell]:
        """Translation of the code cells by index."""
        return {index: to_python(cell.source) for index, cell in self.code.items()}

    @cached_property
    def stores_outputs(self) -> bool:
        """True if a cell of the notebook has an output."""
        return any(cell.outputs for cell in self.code.values())

    @cached_property
    def compiled(self) -> list[int]:
        """Indices of the cells with lines in the pipeline, and of the selected cells with statements."""
        selected = {cell for cell in self.selected if self.statements(cell)}
        return sorted({int(entry["cell"]) for entry in self._map} | selected)

    @property
    def _map(self) -> Sequence[Mapping[str, Any]]:
        entries: Sequence[Mapping[str, Any]] = self.compilation.source_map.get(_STEPS, ())
        return entries

    @cached_property
    def _covered(self) -> set[tuple[int, int]]:
        """Cell and line of each line in the pipeline."""
        return {
            (int(entry["cell"]), line)
            for entry in self._map
            for line in range(entry["line"], entry["line"] + len(entry["source"]))
        }

    def statements(self, cell: int) -> list[ast.stmt]:
        """Return the top-level statements of a cell; none for a cell that is no Python."""
        try:
            return ast.parse(self.sources.get(cell, "")).body
        except (SyntaxError, ValueError):
            return []

    def is_in_pipeline(self, cell: int, statement: ast.stmt) -> bool:
        """Return True if a line of the statement is in the pipeline."""
        last = statement.end_lineno or statement.lineno
        return any((cell, line) in self._covered for line in range(statement.lineno, last + 1))

    @cached_property
    def confirmations(self) -> dict[int, list[Confirmation]]:
        """Text of IPython for lines of each cell."""
        return {index: find_confirmations(cell.source, self.sources[index]) for index, cell in self.code.items()}

    def is_partial(self, cell: int) -> bool:
        """Return True if lines of the cell that may show something are not in the pipeline."""
        lines = self.code[cell].source.split("\n")
        translated = self.sources[cell].split("\n")
        known = {confirmation.line for confirmation in self.confirmations[cell]}
        header = len(lines) - len(_lines_without_header(self.code[cell].source))
        for number, line in enumerate(lines[header:], header + 1):
            is_translated = line.strip() and translated[number - 1 : number] != [line]
            if is_translated and number not in known and (cell, number) not in self._covered:
                return True
            if line.startswith("%cluster"):  # it shows the cluster
                return True
        return cell not in self.selected and any(
            _may_show(s) and not self.is_in_pipeline(cell, s) for s in self.statements(cell)
        )

    def last_expression(self, cell: int) -> str:
        """Return the text of the last expression of a cell; empty if the notebook does not show it."""
        statements = self.statements(cell)
        source = self.sources.get(cell, "")
        if not statements or not isinstance(statements[-1], ast.Expr):
            return ""
        value = statements[-1].value
        typed = self.code[cell].source.split("\n")[statements[-1].lineno - 1 :]
        if typed and typed[0].lstrip().startswith(("!", "%")) and not typed[0].lstrip().startswith(_SHOWING):
            return ""
        end = source.split("\n")[(value.end_lineno or 1) - 1].encode()[value.end_col_offset or 0 :].decode()
        if ";" in end.partition("#")[0]:
            return ""
        return ast.get_source_segment(source, value) or ""

    def omitted(self) -> list[OmittedLine]:
        """Return the lines above the last selected cell that are not in the pipeline."""
        found = []
        for index, cell in self.code.items():
            cell_magic = cell.source.lstrip().startswith(("%%bash", "%%sh", "%%script", "%%writefile", "%%file"))
            for number, line in enumerate(cell.source.split("\n"), 1):
                plain = line.strip()
                if not plain or plain.startswith("#") or ((index, number) in self._covered and not cell_magic):
                    continue
                found.append(OmittedLine(index, number, line, self.labels[index], index in self.selected))
        return found

    @cached_property
    def names(self) -> dict[int, tuple[str, ...]]:
        """Names to compare by cell."""
        return find_bound_names({index: self.sources[index] for index in self.compiled if index in self.sources})

    def request(self, *, fingerprints: bool) -> dict[str, Any]:
        """Return the request of the recorder.

        Parameters
        ----------
        fingerprints : bool
            True if there is a kernel whose names are compared.
        """
        from jupyter_pipeline.workflows import fingerprint

        lines = [{"first": e["first"], "count": len(e["source"]), "cell": e["cell"]} for e in self._map]
        return {
            "lines": lines,
            "last": {str(cell): text for cell in self.compiled if (text := self.last_expression(cell))},
            "names": {str(cell): list(names) for cell, names in self.names.items()} if fingerprints else {},
            "fingerprint": str(fingerprint.__file__) if fingerprints else "",
        }


def compare(
    notebook: Notebook,
    recording: Mapping[str, Any],
    *,
    folder: Path,
    before: FolderState,
    seconds: float,
    kernel: Mapping[str, Any] | None = None,
    written: Sequence[str] = (),
    changed_parameters: Sequence[str] = (),
    values: Mapping[str, Any],
    on_cluster: bool = False,
    rehearsed: Collection[str] = (),
    find_copy: Callable[[str], Path | None] | None = None,
) -> RehearsalComparison:
    """Compare a recorded rehearsal with the notebook.

    Parameters
    ----------
    notebook : Notebook
        The notebook's side.
    recording : mapping
        Result of the recorder.
    folder : Path
        Working folder of the run.
    before : mapping
        Files of the folder before the rehearsal.
    seconds : float
        Duration of the rehearsal, which has just ended.
    kernel : mapping, optional
        Values of the kernel by name.
    written : sequence of str
        Files that the kernel wrote when it ran the selected cells.
    changed_parameters : sequence of str
        Parameters whose value differs from the notebook's.
    values : mapping
        Parameters of the rehearsal.
    on_cluster : bool, default False
        True if workers of a cluster ran parts of the pipeline.
    rehearsed : collection of str
        Files whose content before is an earlier rehearsal's.
    find_copy : callable, optional
        Function that returns the copy of a file before the rehearsal.
    """
    if problem := str(recording.get("problem") or ""):
        return RehearsalComparison(notes=(f"The rehearsal was not compared with the notebook: {problem}.",))
    stability = find_instability({c: notebook.sources[c] for c in notebook.compiled if c in notebook.sources})
    seeded = has_seed(list(notebook.sources.values()))
    changed = _describe_changed(changed_parameters)
    named: dict[int, list[ItemComparison]] = {}
    if kernel is not None:
        outside = [c.source for c in notebook.cells if c.kind == "code" and c.index not in notebook.compiled]
        kinds = {name: k for each in stability.values() for name, k in each.names.items()}
        excuses = {name: changed or describe(k, seeded=seeded, order=True) for name, k in kinds.items()}
        later = frozenset(find_names_read([to_python(source).source for source in outside]))
        named = compare_names(recording, kernel, later=later, reasons=excuses)
    window = _window(seconds)
    cells = tuple(
        _compare_cell(
            notebook,
            cell,
            recording,
            stability.get(cell, CellStability()),
            seeded,
            changed,
            window,
            named.get(cell, []),
        )
        for cell in notebook.compiled
    )
    omitted = notebook.omitted()
    by_cell = {
        cell: _find_reasons(recording, cell, each, seeded=seeded, changed=changed) for cell, each in stability.items()
    }
    elsewhere = [c.source for c in notebook.cells if c.kind == "code" and c.index not in notebook.compiled]
    files = [
        *compare_files(
            recording,
            before,
            folder=folder,
            expected=written,
            omitted=omitted,
            elsewhere=elsewhere,
            excuses=by_cell,
            noise=lambda cell: _find_noise(notebook, cell, stability.get(cell, CellStability()), window),
            rehearsed=rehearsed,
            find_copy=find_copy,
        ),
        *find_read_files(
            recording,
            folder=folder,
            code="\n".join(text for name, text in notebook.compilation.files.items() if name.endswith(".py")),
            values=list(values.values()),
            omitted=omitted,
        ),
    ]
    return RehearsalComparison(
        cells=cells,
        files=tuple(files),
        notes=_notes(
            notebook,
            [output for each in recording.get("cells", {}).values() for output in each.get("outputs", ())],
            kernel is not None,
            on_cluster,
        ),
        seconds=float(recording.get("seconds") or 0.0),
    )


def _notes(notebook: Notebook, run: Sequence[Mapping[str, Any]], has_kernel: bool, on_cluster: bool) -> tuple[str, ...]:
    notes = [*note_execution_order(notebook.cells, max(notebook.selected))]
    if run and not notebook.stores_outputs:
        notes.append("The notebook stores no outputs. Run it and save it, to compare them.")
    if count := count_skipped_pictures(run):
        pictures = "1 picture was" if count == 1 else f"{count} pictures were"
        notes.append(f"{pictures} not compared: more than a tenth of the rehearsal would have been spent on them.")
    if not has_kernel:
        notes.append("Names are compared only by %%deploy and %deploy, which have a kernel.")
    if on_cluster:
        notes.append("Text and files of the cluster's workers are not compared.")
    return tuple(notes)


def _describe_changed(parameters: Sequence[str]) -> str:
    if not parameters:
        return ""
    names = ", ".join(parameters)
    return f"the rehearsal ran with another value of {names}"


def _window(seconds: float) -> Window:
    end = time.time()
    start = end - seconds
    first = datetime.fromtimestamp(start).astimezone()
    days = {(moment + timedelta(days=shift)).date().isoformat() for moment in (first,) for shift in (0, 1)}
    days |= {datetime.fromtimestamp(end).astimezone().date().isoformat()}
    return Window(days=tuple(sorted(days)), start=start, end=end)


def _compare_cell(
    notebook: Notebook,
    index: int,
    recording: Mapping[str, Any],
    stability: CellStability,
    seeded: bool,
    changed: str,
    window: Window,
    names: Sequence[ItemComparison],
) -> CellComparison:
    cell = notebook.code[index]
    found = recording.get("cells", {}).get(str(index), {})
    partial = notebook.is_partial(index)
    items: list[ItemComparison] = []
    noise: list[str] = []
    reason = _find_obstacle(cell)
    if cell.outputs is None and not found.get("outputs") and _only_defines(notebook.statements(index)):
        reason = ""
    if not reason and not notebook.stores_outputs and found.get("outputs"):
        reason = "the notebook stores no outputs"
    if not reason:
        reasons = _find_reasons(recording, index, stability, seeded=seeded, changed=changed)
        expected = Expectation(
            noise=_find_noise(notebook, index, stability, window),
            partial=partial,
            reasons=reasons,
            confirmations=notebook.confirmations[index],
            unordered=bool(found.get("from_process")),
            has_sets=stability.has_sets,
            has_widgets=has_widgets(cell.outputs or ()),
        )
        hides_value = shows_value_of_magic(cell.source, notebook.sources[index])
        items, noise = _compare_outputs(cell, found, expected, hides_value=hides_value)
        if int(found.get("calls", 1)) > 1:
            items = [_excuse(item, "the cell ran once for each element") for item in items]
        if "parallel" in found.get("skipped", ()):
            items = [_excuse(item, "several steps wrote at the same time") for item in items]
        if "time" in found.get("skipped", ()):
            items = [item if "text" in item.kind else _excuse(item, TOO_LONG) for item in items]
    items += names
    status = _status(items, reason)
    notes: list[str] = []
    if not reason and not [item for item in items if item.kind != "name"]:
        notes.append("Neither side shows an output." if not partial else "The lines in the pipeline show nothing.")
    sampled = [item.name for item in names if item.reason == SAMPLED]
    if sampled:
        notes.append(f"Large values: {SAMPLED} ({', '.join(sampled)}).".replace("its", "their"))
    if stability.reads_network and status is not ComparisonStatus.SAME:
        notes.append("It reads from the network; the data may have changed.")
    return CellComparison(
        cell=index,
        label=notebook.labels[index],
        status=status,
        reason=reason,
        items=tuple(items),
        ignored=tuple(dict.fromkeys(noise)),
        notes=tuple(notes),
    )


def _find_noise(notebook: Notebook, cell: int, stability: CellStability, window: Window) -> Noise:
    """Return the parts of a cell's texts that may change: identifiers and paths are data unless the cell makes them."""
    kinds = stability.text | stability.value
    source = notebook.code[cell].source if cell in notebook.code else ""
    return Noise(
        window=window,
        moments=TIME in kinds,
        durations=stability.measures_time or "%time" in source,
        identifiers=UNSEEDED in kinds,
        paths=PROCESS in kinds,
    )


def _find_reasons(
    recording: Mapping[str, Any], cell: int, stability: CellStability, *, seeded: bool, changed: str
) -> dict[str, str]:
    """Return the reason why a difference proves nothing, by part of the outputs."""
    if changed:
        return dict.fromkeys(_PARTS, changed)
    reasons = stability.reasons(seeded=seeded)
    # The generator is global: a step that runs at the same time may have drawn.
    if recording.get("cells", {}).get(str(cell), {}).get("draws") and stability.calls and not seeded:
        unseeded = "it depends on random numbers without a seed"
        return {part: reasons.get(part, unseeded) for part in _PARTS}
    return reasons


def _find_obstacle(cell: Cell) -> str:
    """Return the reason why the outputs of a cell cannot be compared at all; empty for none."""
    if cell.outputs is None:
        return cell.missing or "it was not executed in the notebook"
    if cell.source.lstrip().startswith(_HIDING):
        return f"{cell.source.split(None, 1)[0]} hides or replaces its output in the notebook"
    error = next((o for o in cell.outputs if o.get("output_type") == "error"), None)
    if error is not None:
        return f"it stopped with an error in the notebook ({str(error.get('ename', ''))[:60]})"
    return ""


def _compare_outputs(
    cell: Cell, found: Mapping[str, Any], expected: Expectation, *, hides_value: bool
) -> tuple[list[ItemComparison], list[str]]:
    outputs, run = list(cell.outputs or ()), list(found.get("outputs", ()))
    items: list[ItemComparison] = []
    noise: list[str] = []
    for stream in ("stdout", "stderr"):
        sides = (_stream_text(outputs, stream), _stream_text(run, stream))
        item, kinds = compare_text(stream, *sides, expected, truncated=bool(found.get("truncated")))
        items += [item] if item is not None else []
        noise += kinds
    shown = ("display_data", "execute_result")
    if hides_value and any(o.get("output_type") == "execute_result" for o in outputs):
        outputs = [o for o in outputs if o.get("output_type") != "execute_result"]
        noise.append("value of a magic")
    displays, kinds = compare_displays(
        [o for o in outputs if o.get("output_type") in shown], [o for o in run if o["output_type"] in shown], expected
    )
    return [*items, *displays], [*noise, *kinds]


def _stream_text(outputs: Sequence[Mapping[str, Any]], stream: str) -> str:
    texts = (o.get("text", "") for o in outputs if o.get("output_type") == "stream" and o.get("name") == stream)
    return "".join("".join(map(str, text)) if isinstance(text, list) else str(text) for text in texts)


def _excuse(item: ItemComparison, reason: str) -> ItemComparison:
    if item.status is not ComparisonStatus.DIFFERS:
        return item
    return replace(item, status=ComparisonStatus.NOT_COMPARED, reason=reason)


def _status(items: Sequence[ItemComparison], reason: str) -> ComparisonStatus:
    found = {item.status for item in items}
    if ComparisonStatus.DIFFERS in found:
        return ComparisonStatus.DIFFERS
    return ComparisonStatus.NOT_COMPARED if reason or ComparisonStatus.NOT_COMPARED in found else ComparisonStatus.SAME


def _lines_without_header(source: str) -> list[str]:
    """Return the lines of a cell below its cell magics."""
    lines = source.split("\n")
    while lines and (not lines[0].strip() or lines[0].startswith("%%")):
        lines.pop(0)
    return lines


def _only_defines(statements: Sequence[ast.stmt]) -> bool:
    """Return True if a cell has imports and definitions only, which show nothing."""
    return all(isinstance(each, _DEFINITIONS) for each in statements)


def _may_show(statement: ast.stmt) -> bool:
    """Return True if a statement may show something."""
    if isinstance(statement, _DEFINITIONS):
        return False
    if isinstance(statement, ast.Expr):
        return not isinstance(statement.value, ast.Constant)
    return any(isinstance(node, ast.Call) for node in ast.walk(statement))
