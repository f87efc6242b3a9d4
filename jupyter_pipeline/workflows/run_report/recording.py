"""Record the outputs of the cells of a run while it goes on.

The generated code does not know of it: `install` adds a finder for ``steps``, and the recorder starts with the import
of a ``steps`` that has `DESCRIPTION` beside it. Nothing of the recording may fail the run.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.abc
import importlib.machinery
import importlib.metadata
import json
import logging
import os
import platform
import socket
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

from jupyter_pipeline.secret_detection import MASK, has_secret, list_private_values, mask_secrets, mask_values
from jupyter_pipeline.units import format_bytes
from jupyter_pipeline.workflows.rehearsal_recorder.budget import Budget
from jupyter_pipeline.workflows.rehearsal_recorder.displays import find_bundle, replace_display
from jupyter_pipeline.workflows.rehearsal_recorder.figures import FigureRenderer, is_figure
from jupyter_pipeline.workflows.rehearsal_recorder.instrumentation import StepsFinder
from jupyter_pipeline.workflows.rehearsal_recorder.recorder import Recorder
from jupyter_pipeline.workflows.rehearsal_recorder.records import CellRecord, RunningStep, passed_on
from jupyter_pipeline.workflows.rehearsal_recorder.streams import ProcessOutput, RecordedStream
from jupyter_pipeline.workflows.run_logs.lines import CapturedStream
from jupyter_pipeline.workflows.run_report.journal import Journal

__all__ = ["DESCRIPTION", "Recording", "RunRecorder", "Summary", "install"]

DESCRIPTION = "report.json"
"""File beside the deployed code with its cells, and with the request of the recorder."""
_MOST_TEXT = 1_000_000
"""Characters that are stored for each stream and cell."""
_MOST_BYTES = 16 * 2**20
"""Characters of one display that are stored."""
_MOST_TRACEBACK, _MOST_ERRORS = 100_000, 10
_SHARE, _LEAST = 0.1, 10.0
"""Share of the run, and seconds, in which values are turned into text, HTML and pictures."""
_PER_FIGURES = 30.0
"""Seconds of processor time for the figures that are shown at the same time."""
_INTERVAL = 1.0
"""Seconds after which the outputs of a running cell are written."""
_LAST_PICTURES = 60.0
"""Seconds at the end of the run in which the last figures are drawn."""


@dataclass(slots=True)
class Summary:
    """Steps and errors of a run."""

    steps: dict[str, float] = field(default_factory=dict)
    """Seconds of all calls by step."""
    errors: list[tuple[str, str]] = field(default_factory=list)
    """Step and traceback of each error."""


class RunRecorder(Recorder):
    """Recorder of one run.

    Parameters
    ----------
    description : mapping
        Content of `DESCRIPTION`.
    folder : str
        Folder of the pipeline's code.
    journal : Journal
        Journal of the run.
    """

    def __init__(self, description: Mapping[str, Any], folder: str, journal: Journal) -> None:
        super().__init__({**description["record"], "names": {}, "fingerprint": ""}, folder)
        self.summary = Summary()
        self._journal = journal
        self._budget = Budget(_SHARE, _LEAST)
        self._figures = FigureRenderer(self._budget.charge, most_processes=1)
        self._drawing = threading.RLock()
        self._ended = threading.Event()
        self._pid = os.getpid()
        self._streams = (sys.stdout, sys.stderr)

    # Installation

    def install(self) -> None:
        """Replace the streams and the functions that show values, and write outputs from now on."""
        os.environ.setdefault("PLOTLY_RENDERER", "plotly_mimetype")  # opens no browser
        self._output = ProcessOutput(self._write_from_process, outlived=True)
        stream = self._output.open()
        if isinstance(sys.stdout, CapturedStream):  # it has the former descriptor, and logs the text with its step
            stream = sys.stdout
        sys.stdout = RecordedStream(stream, functools.partial(self._write, "stdout"))
        sys.stderr = RecordedStream(sys.stderr, functools.partial(self._write, "stderr"))
        self._replace_prefect_print()
        replace_display(self.folder, self._display, self._clear_outputs, lambda: passed_on(self._current.get()))
        os.register_at_fork(after_in_child=self._leave_child)
        threading.Thread(target=self._flush_regularly, daemon=True, name="outputs of the run").start()

    def _leave_child(self) -> None:
        """Record nothing in a forked process, whose text comes back through the file descriptor."""
        if self._ended.is_set():
            return
        self._lock, self._drawing = threading.RLock(), threading.RLock()
        sys.stdout = open(1, "w", encoding="utf-8", errors="replace", buffering=1, closefd=False)  # noqa: SIM115
        sys.stderr = self._streams[1]

    def _flush_regularly(self) -> None:
        while not self._ended.wait(_INTERVAL):
            self.flush()

    # Events

    def enter(self, cell: int) -> None:
        """Begin the statements of a cell."""
        super().enter(cell)
        running = self._current.get()
        self._note("enter", cell=cell, step=running.step if running else "", time=time.time())

    def leave(self) -> None:
        """End the statements of the module."""
        super().leave()
        with contextlib.suppress(Exception):
            self._note("versions", versions=find_versions(self.folder))

    def _finish(self, running: RunningStep, frame: FrameType) -> None:
        with contextlib.suppress(Exception):  # no error of the run
            super()._finish(running, frame)
        if running.cell >= 0 and running.entered:
            now = time.monotonic()
            self._flush(running.cell)
            record = self._record(running.cell)
            cut = {name: length - _MOST_TEXT for name, length in record.lengths.items() if length > _MOST_TEXT}
            values = list_private_values(os.environ)
            notes, record.skipped = [mask_secrets(note, values) for note in dict.fromkeys(record.skipped)], []
            self._note("leave", cell=running.cell, seconds=round(now - running.entered, 6), cut=cut, notes=notes)
            running.entered = now

    def _end_step(self, running: RunningStep, error: BaseException | None) -> None:
        if error is not None:
            described = describe_error(error)
            with contextlib.suppress(Exception):
                described["traceback"] = self._locate(described["traceback"])
            values = list_private_values(os.environ)
            described = {name: mask_secrets(text, values) for name, text in described.items()}
            self._note("error", cell=running.cell, step=running.step, **described)
            if len(self.summary.errors) < _MOST_ERRORS:
                self.summary.errors.append((running.step, described["traceback"]))
        seconds = round(time.monotonic() - running.begun, 6)
        with self._lock:
            self.summary.steps[running.step] = self.summary.steps.get(running.step, 0.0) + seconds
        self._note("step", step=running.step, seconds=seconds, failed=error is not None)

    def _locate(self, text: str) -> str:
        """Return a traceback with cells and lines of the notebook."""
        from jupyter_pipeline.compiler.codegen import source_map
        from jupyter_pipeline.workflows.tracebacks import locate

        return locate(text, json.loads((Path(self.folder) / source_map.FILE).read_text("utf-8")))

    def _record(self, cell: int) -> CellRecord:
        with self._lock:
            return self._records.setdefault(cell, CellRecord(most_text=_MOST_TEXT))

    def _note(self, event: str, **values: Any) -> None:
        if self._ended.is_set() or os.getpid() != self._pid:
            return
        try:
            self._journal.write(event, **values)
        except (OSError, ValueError) as error:
            self._ended.set()
            logging.getLogger(__name__).warning("The report of the run ends here: %s", error)

    # Outputs

    def _clear_outputs(self) -> None:
        super()._clear_outputs()
        running = self._current.get()
        if running is not None:
            self._note("clear", cell=running.cell)

    def _display(self, value: Any, *, raw: bool, identifier: str = "", update: bool = False) -> None:
        """Record an object that the pipeline passes to IPython's ``display``, with its identifier for updates."""
        running = self._current.get()
        if running is None or running.outer:
            return
        self._show(running.cell, value, "display_data", raw=raw)
        if identifier:
            with self._lock:
                outputs = self._record(running.cell).outputs
                if outputs and outputs[-1]["output_type"] == "display_data":
                    outputs[-1] |= {"display_id": identifier, "update": update}

    def _show(self, cell: int, value: Any, kind: str, *, raw: bool = False) -> None:
        if cell < 0 or os.getpid() != self._pid:
            return
        if is_figure(value):
            self._render(cell, [value], kind)
            return
        with self._budget.measured() as is_allowed:
            if not is_allowed:
                self._record(cell).skipped.append("A display is not stored: the displays take too long.")
                return
            try:
                data, metadata = (dict(value), {}) if raw else find_bundle(value)
                size = len(json.dumps(data, default=str))
            except Exception as error:  # noqa: BLE001 - a display that fails is no error of the run
                reason = f"{type(error).__name__}: {error}"
                self._record(cell).skipped.append(f"A {type(value).__name__} cannot be displayed: {reason[:1000]}")
                return
            if size > _MOST_BYTES:
                large = f"A display of {format_bytes(size)} is not stored: it exceeds {format_bytes(_MOST_BYTES)}."
                self._record(cell).skipped.append(large)
                data, metadata = _reduce(data), {}
            with self._lock:
                self._record(cell).outputs.append({"output_type": kind, "data": data, "metadata": metadata})

    def _render(self, cell: int, figures: Sequence[Any], kind: str) -> None:
        with contextlib.suppress(Exception), self._drawing:
            data: list[dict[str, Any]] = [{"text/plain": repr(figure)} for figure in figures]
            with self._lock:
                self._record(cell).outputs += [{"output_type": kind, "data": each, "metadata": {}} for each in data]
            self._figures.render(figures, data, _PER_FIGURES)

    def flush(self) -> None:
        """Write the outputs that have not been written, but for figures that are being drawn."""
        with self._lock:
            cells = [cell for cell, record in self._records.items() if record.outputs and cell >= 0]
        for cell in cells:
            self._flush(cell)

    def _flush(self, cell: int) -> None:
        with contextlib.suppress(Exception), self._drawing:
            drawn = {id(output) for output in self._figures.take_ended()}
            record = self._record(cell)
            with self._lock:
                complete = list(_until_drawn(record.outputs, drawn))
                del record.outputs[: len(complete)]
            values = list_private_values(os.environ)
            outputs = [_mask(_to_output(each, record), values) for each in complete]
            if outputs:
                self._note("outputs", cell=cell, outputs=outputs)

    # End

    def close(self) -> None:
        """Write everything that is left, and restore the streams."""
        if self._ended.is_set() or os.getpid() != self._pid:
            return
        with contextlib.suppress(Exception):
            self._draw_last()
        self.flush()
        with contextlib.suppress(Exception):
            self._note("versions", versions=find_versions(self.folder))
        with contextlib.suppress(Exception):
            if state := find_widgets():
                self._note("widgets", state=mask_values(state, list_private_values(os.environ)))
        self._note("end", time=time.time(), problem=self.problem)
        self._ended.set()
        sys.stdout, sys.stderr = self._streams
        if self._output is not None:
            self._output.close()
        self._journal.close()

    def _draw_last(self) -> None:
        end = time.monotonic() + _LAST_PICTURES
        while time.monotonic() < end:
            with self._drawing:
                if not self._figures.take_ended():
                    return
            time.sleep(0.005)
        with self._drawing:
            self._figures.abandon()


def _until_drawn(outputs: Sequence[dict[str, Any]], drawn: set[int]) -> Iterator[dict[str, Any]]:
    """Yield the outputs before the first figure that is being drawn."""
    for output in outputs:
        if id(output.get("data")) in drawn:
            return
        yield output


def _to_output(output: Mapping[str, Any], record: CellRecord) -> dict[str, Any]:
    """Return a recorded output in the form of nbformat; a picture that is missing becomes a note."""
    if "parts" in output:
        return {"output_type": "stream", "name": output["name"], "text": "".join(output["parts"])}
    data = dict(output["data"])
    picture = data.get("image/png")
    if isinstance(picture, Mapping):
        del data["image/png"]
        record.skipped.append(_MISSING_PICTURES.get(str(picture.get("reason")), _MISSING_PICTURES["error"]))
    found = {"output_type": output["output_type"], "data": data, "metadata": dict(output.get("metadata") or {})}
    return found | {name: output[name] for name in ("display_id", "update") if name in output}


def _mask(output: dict[str, Any], values: Sequence[str]) -> dict[str, Any]:
    """Return an output without secrets: text as in the log of the run, other data without known values."""
    if "text" in output:
        return output | {"text": mask_secrets(output["text"], values)}
    data = {kind: mask_values(value, values) for kind, value in output["data"].items() if kind not in _PICTURES}
    if isinstance(data.get("text/plain"), str):
        data["text/plain"] = mask_secrets(data["text/plain"], values)
    return output | {"data": output["data"] | data}


_PICTURES = ("image/png", "image/jpeg")
_MISSING_PICTURES = {
    "size": "A figure is not stored: it is too large.",
    "time": "A figure is not stored: drawing it took too long.",
    "error": "A figure cannot be drawn. Draw it in the notebook with figure.savefig to see the error.",
}


def _reduce(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the begin of the text of a display that is too large."""
    text = str(data.get("text/plain", ""))
    return {"text/plain": f"{text[:10_000]}…" if len(text) > 10_000 else text}


def describe_error(error: BaseException) -> dict[str, str]:
    """Return the name, the message and the traceback of an exception."""
    try:
        message = str(error)
    except Exception:  # noqa: BLE001 - the method of the exception is code of the notebook
        message = "its message cannot be read"
    try:
        text = "".join(traceback.format_exception(error))
    except Exception:  # noqa: BLE001 - as above
        text = "".join(traceback.format_tb(error.__traceback__))
    if len(text) > _MOST_TRACEBACK:
        text = f"{text[: _MOST_TRACEBACK // 2]}\n…\n{text[-_MOST_TRACEBACK // 2 :]}"
    return {"ename": type(error).__name__, "evalue": message[:10_000], "traceback": text}


def find_versions(folder: str) -> dict[str, str]:
    """Return the versions of the packages whose objects ``steps`` names, by the name of their import."""
    steps = sys.modules.get("steps")
    names = set()
    for value in list(vars(steps).values()) if steps is not None else ():
        name = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", "")
        names.add(name.partition(".")[0] if isinstance(name, str) else "")
    found = {}
    for name in sorted(names - {*sys.stdlib_module_names, "", "steps", "jupyter_pipeline"}):
        module = sys.modules.get(name)
        if module is None or str(getattr(module, "__file__", None) or "").startswith(folder):
            continue
        version = getattr(module, "__version__", "")
        if not isinstance(version, str) or not version:
            with contextlib.suppress(importlib.metadata.PackageNotFoundError):
                version = importlib.metadata.version(name)
        if isinstance(version, str) and version:
            found[name] = version
    return found


def find_widgets() -> dict[str, Any]:
    """Return the state of all widgets of this process; empty if there is none."""
    module = sys.modules.get("ipywidgets")
    state = module.Widget.get_manager_state(drop_defaults=True) if module is not None else {}
    return state if state.get("state") else {}


class _ReportFinder(importlib.abc.MetaPathFinder):
    """Finder that starts the recorder at the import of ``steps``."""

    def __init__(self, start: Any) -> None:
        self._start = start

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        """Return the specification of ``steps`` with calls of the recorder; ``None`` for other modules."""
        if fullname != "steps":
            return None
        sys.meta_path.remove(self)
        try:
            found = importlib.machinery.PathFinder.find_spec("steps", path)
            folder = Path(found.origin).parent if found is not None and found.origin else None
            if folder is None or not (folder / DESCRIPTION).is_file():
                return None
            recorder = self._start(folder)
            return StepsFinder(recorder).find_spec(fullname)
        except Exception as error:  # noqa: BLE001 - the run goes on without a report
            logging.getLogger(__name__).warning("The run has no report: %s: %s", type(error).__name__, error)
            return None


class Recording:
    """Recording of this process, which starts when ``steps`` is imported."""

    def __init__(self, folder: Path, facts: Mapping[str, Any]) -> None:
        self.folder = folder
        self._facts = facts
        self.notebook = ""
        """Name of the notebook."""
        self._recorder: RunRecorder | None = None

    @property
    def has_started(self) -> bool:
        """True if outputs are recorded."""
        return self._recorder is not None

    @property
    def run(self) -> str:
        """Id of the run."""
        return str(self._facts["id"])

    @property
    def name(self) -> str:
        """Name of the run."""
        return str(self._facts["name"])

    @property
    def summary(self) -> Summary:
        """Steps and errors."""
        return self._recorder.summary if self._recorder is not None else Summary()

    def start(self, code: Path) -> RunRecorder:
        """Start the recorder, and write the begin of the journal."""
        description = json.loads((code / DESCRIPTION).read_text("utf-8"))
        self.notebook = Path(description.get("notebook") or "notebook").stem
        journal = Journal(self.folder)
        journal.write(
            "run",
            **self._facts,
            time=time.time(),
            host=socket.gethostname(),
            python=platform.python_version(),
            code=str(code),
            notebook=description.get("notebook", ""),
            cells=description["cells"],
        )
        self._recorder = RunRecorder(description, str(code), journal)
        self._recorder.install()
        return self._recorder

    def close(self) -> None:
        """Write the end of the journal."""
        if self._recorder is not None:
            self._recorder.close()


def install(folder: Path, facts: Mapping[str, Any]) -> Recording:
    """Record the outputs of this process from the import of ``steps``.

    Parameters
    ----------
    folder : Path
        Folder of the run.
    facts : mapping
        ``id``, ``name``, ``parameters`` and ``options`` of the run. Parameters that may be secrets are masked.
    """
    parameters = {
        name: MASK if has_secret(name, value) else value for name, value in dict(facts.get("parameters") or {}).items()
    }
    recording = Recording(folder, {**facts, "parameters": parameters})
    sys.meta_path.insert(0, _ReportFinder(recording.start))
    return recording
