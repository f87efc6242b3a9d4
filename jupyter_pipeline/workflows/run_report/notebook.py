"""Build the executed notebook of a run from its journal.

The first cell describes the run. Each code cell has the outputs of all its calls in order, and notes on outputs that
are missing. A cell that did not run has no execution count and a note.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from jupyter_pipeline.units import format_duration
from jupyter_pipeline.workflows.run_report.journal import read_journal

__all__ = ["HEADER", "RunOutputs", "build_notebook", "read_outputs", "write_notebook"]

HEADER = "report-of-the-run"
"""Id of the first cell."""
_WIDGETS = "application/vnd.jupyter.widget-state+json"
_LONG = 1.0
"""Seconds from which the duration of a cell is shown below it."""
_NO_ID = re.compile(r"[^A-Za-z0-9_-]")


@dataclass(slots=True)
class CellOutputs:
    """Outputs of one cell."""

    outputs: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    calls: dict[str, int] = field(default_factory=dict)
    """Number of calls by step; a statement of the module has an empty step."""
    seconds: float = 0.0
    started: float = 0.0
    has_left: bool = False
    failed: bool = False
    cut: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class StepOutputs:
    """Calls of one step."""

    calls: int = 0
    seconds: float = 0.0
    failures: int = 0


@dataclass(slots=True)
class RunOutputs:
    """Content of a journal."""

    run: dict[str, Any] = field(default_factory=dict)
    cells: dict[int, CellOutputs] = field(default_factory=dict)
    steps: dict[str, StepOutputs] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    widgets: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)
    """Exceptions in the order of the run."""
    ended: float = 0.0
    """Time of the end of the recording; 0 if the process was killed or still runs."""

    def cell(self, index: int) -> CellOutputs:
        """Return the outputs of a cell."""
        return self.cells.setdefault(index, CellOutputs())


def read_outputs(path: Path) -> RunOutputs:
    """Return the content of a journal.

    Parameters
    ----------
    path : Path
        The journal.
    """
    found = RunOutputs()
    for event in read_journal(path):
        try:
            _add(found, event)
        except (KeyError, TypeError, ValueError, AttributeError):  # a damaged line, or one of a later release
            continue
    return found


def _add(found: RunOutputs, event: Mapping[str, Any]) -> None:
    match event["event"]:
        case "run":
            found.run = dict(event)
        case "versions":
            found.versions = {str(name): str(version) for name, version in event["versions"].items()}
        case "enter":
            cell = found.cell(int(event["cell"]))
            cell.calls[str(event["step"])] = cell.calls.get(str(event["step"]), 0) + 1
            cell.has_left = False
            cell.started = float(event["time"])
        case "outputs":
            for output in event["outputs"]:
                _add_output(found, int(event["cell"]), output)
        case "clear":
            found.cell(int(event["cell"])).outputs.clear()
        case "leave":
            cell = found.cell(int(event["cell"]))
            cell.has_left = True
            cell.seconds += float(event["seconds"])
            cell.notes += [str(note) for note in event["notes"]]
            cell.cut = {str(name): int(count) for name, count in event["cut"].items()}
        case "error":
            names: dict[str, Any] = {key: str(event[key]) for key in ("ename", "evalue")}
            error = {"output_type": "error", **names, "traceback": str(event["traceback"]).split("\n")}
            found.errors.append({"cell": int(event["cell"]), "step": str(event["step"]), **error})
            if int(event["cell"]) >= 0:
                cell = found.cell(int(event["cell"]))
                cell.failed = True
                cell.outputs.append(error)
        case "step" if event["step"]:
            step = found.steps.setdefault(str(event["step"]), StepOutputs())
            step.calls += 1
            step.seconds += float(event["seconds"])
            step.failures += bool(event["failed"])
        case "widgets":
            found.widgets = dict(event["state"])
        case "note":
            found.notes.append(str(event["text"]))
        case "end":
            found.ended = float(event["time"])


def _add_output(found: RunOutputs, cell: int, output: dict[str, Any]) -> None:
    """Add an output to its cell, or replace the outputs that it updates."""
    identifier, update = output.get("display_id"), output.pop("update", False)
    if identifier and update:
        for one in found.cells.values():
            for each in one.outputs:
                if each.get("display_id") == identifier:
                    each.update(output)
                    update = False
        if not update:
            return
    found.cell(cell).outputs.append(output)


def build_notebook(found: RunOutputs, *, state: str = "", message: str = "", is_active: bool = False) -> Any:
    """Return the executed notebook of a run, of the class of nbformat.

    Parameters
    ----------
    found : RunOutputs
        Content of the journal.
    state, message : str
        State of the run and its message; empty if they are unknown.
    is_active : bool, default False
        True if the run goes on.
    """
    import nbformat

    header = nbformat.v4.new_markdown_cell(_describe_run(found, state, message, is_active), id=HEADER)
    cells = [header]
    known = {HEADER}
    number = 0
    for described in found.run.get("cells", ()):
        cell_id = _choose_id(str(described.get("id") or ""), int(described["index"]), known)
        known.add(cell_id)
        metadata: dict[str, Any] = {"tags": [str(tag) for tag in described.get("tags", ())]}
        source = str(described["source"])
        if described["kind"] == "markdown":
            cells.append(nbformat.v4.new_markdown_cell(source, id=cell_id, metadata=metadata))
            continue
        outputs = found.cells.get(int(described["index"]))
        if outputs is None or not outputs.calls:
            text = "It has not run yet." if is_active else _NOT_RUN
            cells.append(nbformat.v4.new_code_cell(source, id=cell_id, metadata=metadata, outputs=[_note(text)]))
            continue
        number += 1
        notes = _describe_cell(outputs, int(described.get("omitted") or 0), is_active)
        shown = [_repair(each, number) for each in _merge_streams(outputs.outputs)]
        metadata["execution"] = {"iopub.execute_input": _iso(outputs.started)}
        metadata["jupyter_pipeline"] = {"seconds": round(outputs.seconds, 3), "calls": max(outputs.calls.values())}
        cell = nbformat.v4.new_code_cell(source, id=cell_id, metadata=metadata, execution_count=number)
        cell.outputs = [*(nbformat.from_dict(each) for each in shown), *(_note(text) for text in notes)]
        cells.append(cell)
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
            "language_info": {"name": "python", "version": str(found.run.get("python", ""))},
            "title": str(found.run.get("name") or found.run.get("notebook") or "Report"),
            "jupyter_pipeline": {
                key: found.run.get(key) for key in ("id", "name", "parameters", "time", "host", "python", "options")
            }
            | {"versions": found.versions, "end": found.ended or None, "state": state},
        }
    )
    if found.widgets:
        notebook.metadata["widgets"] = nbformat.from_dict({_WIDGETS: found.widgets})
    return notebook


def write_notebook(notebook: Any) -> str:
    """Return the text of a notebook, which is validated."""
    import nbformat

    nbformat.validate(notebook)
    return str(nbformat.writes(notebook))


def _describe_cell(outputs: CellOutputs, omitted: int, is_active: bool) -> list[str]:
    """Return the remarks on a cell that ran."""
    notes = []
    if omitted:
        statements = "1 statement is" if omitted == 1 else f"{omitted} statements are"
        notes.append(f"{statements} not in the pipeline, since no step needs it.")
    if (calls := max(count for step, count in outputs.calls.items())) > 1 and any(outputs.calls):
        notes.append(f"The cell ran {calls} times. It has the outputs of all calls, in order.")
    if outputs.seconds >= _LONG:
        notes.append(f"Duration: {format_duration(outputs.seconds)}")
    for name, count in outputs.cut.items():
        notes.append(f"{count:,} further characters of {name} are not stored. The log of the run may have them.")
    notes += outputs.notes
    if not outputs.has_left and not outputs.failed:
        notes.append("The cell is running." if is_active else "The process of the run ended within this cell.")
    return list(dict.fromkeys(notes))


_NOT_RUN = (
    "This cell did not run in the process of the run: an earlier step failed, its result came from the cache, or a "
    "worker of a cluster ran it."
)


def _note(text: str) -> Any:
    """Return an output with a remark of the report."""
    import nbformat

    data = {"text/plain": text, "text/html": f'<p class="jp-pipeline-note"><em>{html.escape(text)}</em></p>'}
    return nbformat.v4.new_output("display_data", data=data, metadata={"jupyter_pipeline": "note"})


def _merge_streams(outputs: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return outputs with one stream for adjacent text of the same stream, as a terminal shows its lines."""
    merged: list[dict[str, Any]] = []
    for each in outputs:
        last = merged[-1] if merged else {}
        if each.get("output_type") == "stream" and last.get("name") == each.get("name") is not None:
            last["text"] += str(each["text"])
        else:
            merged.append({**each, "text": str(each["text"])} if each.get("output_type") == "stream" else dict(each))
    for each in merged:
        if each.get("output_type") == "stream":
            each["text"] = overwrite_lines(each["text"])
    return merged


def overwrite_lines(text: str) -> str:
    r"""Return text as a terminal shows it after carriage returns, such as the last state of a progress bar.

    Examples
    --------
    >>> overwrite_lines("1 %\r50 %\r100 %\ndone\n")
    '100 %\ndone\n'
    """
    if "\r" not in text:
        return text
    lines = []
    for line in text.replace("\r\n", "\n").split("\n"):
        shown = ""
        for part in line.split("\r"):
            shown = part + shown[len(part) :]
        lines.append(shown)
    return "\n".join(lines)


def _repair(output: dict[str, Any], number: int | None) -> dict[str, Any]:
    """Return an output that conforms to the schema of nbformat."""
    output.pop("display_id", None)
    if output["output_type"] == "execute_result":
        output["execution_count"] = number
    if output["output_type"] in ("display_data", "execute_result"):
        output["data"] = {
            str(kind): value if kind.endswith("json") or isinstance(value, str) else str(value)
            for kind, value in output["data"].items()
        }
        output.setdefault("metadata", {})
    return output


def _choose_id(found: str, index: int, known: set[str]) -> str:
    """Return a valid id that no other cell has."""
    chosen = _NO_ID.sub("-", found)[:60] or f"cell-{index}"
    return chosen if chosen not in known else f"{chosen[:50]}-{index}"


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).astimezone().isoformat(timespec="milliseconds")


def _describe_run(found: RunOutputs, state: str, message: str, is_active: bool) -> str:
    """Return the Markdown text of the first cell."""
    run = found.run
    started = float(run.get("time") or 0.0)
    rows = [("Notebook", run.get("notebook")), ("Run", run.get("name"))]
    rows.append(("State", f"{state}: {message}" if state and message else state))
    if started:
        rows.append(("Started", datetime.fromtimestamp(started).astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")))
    if started and found.ended:
        rows.append(("Duration", format_duration(found.ended - started)))
    rows += [("Host", run.get("host")), ("Python", run.get("python"))]
    rows.append(("Packages", ", ".join(f"{name} {version}" for name, version in found.versions.items())))
    lines = [f"# {_escape(str(run.get('flow') or run.get('notebook') or 'Report'))}", "", "| | |", "|---|---|"]
    lines += [f"| {name} | {_escape(str(value))} |" for name, value in rows if value]
    if not found.ended and not is_active:
        lines += ["", "**The process of the run ended without its last lines. The outputs up to then are shown.**"]
    if parameters := dict(run.get("parameters") or {}):
        lines += ["", "| Parameter | Value |", "|---|---|"]
        lines += [f"| {_escape(name)} | {_escape(repr(value)[:1000])} |" for name, value in parameters.items()]
    if found.steps:
        lines += ["", "| Step | Duration | |", "|---|---|---|"]
        for name, step in found.steps.items():
            lines.append(f"| {_escape(name)} | {format_duration(step.seconds)} | {_result(step)} |")
    lines += [f"\n{_escape(note)}" for note in found.notes]
    for error in found.errors:
        if error["cell"] < 0:
            lines += ["", f"**{_escape(error['ename'])}: {_escape(error['evalue'])}**"]
    return "\n".join(lines)


def _result(step: StepOutputs) -> str:
    calls = f"{step.calls} calls" if step.calls > 1 else ""
    failures = "" if not step.failures else "failed" if step.calls == 1 else f"{step.failures} failed"
    return ", ".join(filter(None, (calls, failures)))


def _escape(text: str) -> str:
    """Return text that Markdown shows as it is, on one line."""
    plain = html.escape(" ".join(text.split()), quote=False)
    return re.sub(r"([\\`*_{}\[\]|#$~])", r"\\\1", plain)
