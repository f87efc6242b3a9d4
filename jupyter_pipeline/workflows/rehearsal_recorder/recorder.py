"""Record the outputs, names and files of a run by cell.

A context variable holds the current cell, so that steps can run at the same time in threads.
"""

from __future__ import annotations

import builtins
import contextlib
import contextvars
import functools
import importlib.util
import io
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import FrameType, ModuleType
from typing import Any

from .backup import Backup
from .budget import Budget
from .displays import find_draws, find_representations, replace_display, replace_show, widen_tables
from .figures import FigureRenderer, is_figure
from .file_access import FileAccess
from .instrumentation import StepsFinder
from .records import CellRecord, RunningStep, passed_on
from .streams import ProcessOutput, RecordedStream

__all__ = ["Recorder"]

_MOST_BYTES = 8_000_000
"""Characters that are stored for each picture."""
_print = builtins.print
_NO_RECORDER = """type("NoRecorder", (), {
    "step": lambda self, name: __import__("contextlib").nullcontext(),
    "value": lambda self, cell, value: value,
    "pass_on": lambda self, show, value: show(value),
    **dict.fromkeys(("enter", "leave", "finish"), lambda self, *cell: None),
})()"""
"""Expression of a recorder without effect; a worker of a cluster has neither this module nor a recorder."""


class Recorder:
    """Recorder of one rehearsal.

    Parameters
    ----------
    request : mapping
        ``lines``: runs of lines of ``steps.py`` with ``first``, ``count``, ``cell`` and ``line``. ``last``: text of the
        last expression by cell, for cells that show it. ``names``: names to compare by cell. ``fingerprint``: path of
        the module that computes fingerprints; empty for none.
    folder : str
        Folder of the pipeline's files.
    backup : Backup, optional
        Backup of the files that the run changes.
    """

    def __init__(self, request: Mapping[str, Any], folder: str, backup: Backup | None = None) -> None:
        self.lines: Sequence[Mapping[str, Any]] = request["lines"]
        self.last: Mapping[str, str] = request["last"]
        self.names: Mapping[str, Sequence[str]] = request["names"]
        self.fingerprint_file: str = request["fingerprint"]
        self.folder = folder
        self.problem = ""
        """Reason why nothing is recorded."""
        self.recorded: frozenset[int] = frozenset()
        """Cells whose last value a call in ``steps.py`` records."""
        self._budget = Budget()
        self._current: contextvars.ContextVar[RunningStep | None] = contextvars.ContextVar("cell", default=None)
        self._records: dict[int, CellRecord] = {}
        self._running: dict[int, RunningStep] = {}
        self._lock = threading.RLock()
        self._shown: list[Any] = []
        """Figures that were shown. A notebook closes them, so they are shown once."""
        self._figures = FigureRenderer(self._budget.charge)
        self._named: dict[str, tuple[int, dict[str, Any]]] = {}
        self._files = FileAccess(folder, self._find_cell, backup)
        self._fingerprint: ModuleType | None = None
        self._output: ProcessOutput | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as an object without effect: a worker of a cluster may get a function of the steps."""
        return (eval, (_NO_RECORDER,))

    # Installation

    def install(self) -> None:
        """Replace the streams and the functions that show values, and import ``steps`` with the recorder."""
        self._output = ProcessOutput(self._write_from_process)
        sys.stdout = RecordedStream(self._output.open(), functools.partial(self._write, "stdout"))
        sys.stderr = RecordedStream(sys.stderr, functools.partial(self._write, "stderr"))
        self._replace_prefect_print()
        replace_display(self.folder, self._display, self._clear_outputs, lambda: passed_on(self._current.get()))
        sys.meta_path.insert(0, StepsFinder(self))
        self._files.start()

    def _replace_prefect_print(self) -> None:
        """Record text before Prefect turns it into a log record."""
        with contextlib.suppress(ImportError, AttributeError):
            from prefect.logging import loggers

            log = loggers.print_as_log

            @functools.wraps(log)
            def print_as_log(*values: Any, **options: Any) -> None:
                self._log(log, *values, **options)

            loggers.print_as_log = print_as_log

    def _log(self, log: Any, *values: Any, **options: Any) -> None:
        running = self._current.get()
        file = options.get("file")
        if running is None or running.outer or file not in (None, sys.stdout, sys.stderr):
            log(*values, **options)
            return
        buffer = io.StringIO()
        _print(*values, **{**options, "file": buffer, "flush": False})
        self._write("stderr" if file is sys.stderr and file is not sys.stdout else "stdout", buffer.getvalue())
        with passed_on(running):
            log(*values, **options)

    # Calls from the steps

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Record the cells of one call of a step."""
        frame = sys._getframe(2)
        running = RunningStep(name)
        token = self._current.set(running)
        with self._lock:
            self._running[id(running)] = running
        error: BaseException | None = None
        try:
            yield
        except BaseException as raised:
            error = raised
            raise
        finally:
            with contextlib.suppress(Exception):
                self._finish(running, frame)
                self._take_names(frame.f_locals)
            with contextlib.suppress(Exception):
                self._end_step(running, error)
            error = None  # its traceback has this frame
            with self._lock:
                del self._running[id(running)]
            with contextlib.suppress(ValueError):  # a generator may end in another context
                self._current.reset(token)

    def enter(self, cell: int) -> None:
        """Begin the statements of a cell."""
        running = self._current.get()
        if running is None:  # a statement of the module
            running = RunningStep("")
            self._current.set(running)
        self._finish(running, sys._getframe(1))
        widen_tables()
        replace_show(self._show_current_figures)
        running.cell = cell
        running.entered = time.monotonic()
        running.draws = find_draws()
        with self._lock:
            calls = self._record(cell).calls
            calls[running.step] = calls.get(running.step, 0) + 1

    def leave(self) -> None:
        """End the statements of the module."""
        running = self._current.get()
        if running is not None:
            self._finish(running, sys._getframe(1))
            running.cell = -1
        self._current.set(None)

    def finish(self) -> None:
        """Record the end of a cell before statements that no cell contains, such as the one that closes figures."""
        running = self._current.get()
        if running is not None:
            self._finish(running, sys._getframe(1))

    def value(self, cell: int, value: Any) -> Any:
        """Record the value of the last expression of a cell, and return it."""
        with self._lock:
            self._record(cell).has_value = True
        if value is not None:
            self._show(cell, value, "execute_result")
        return value

    def pass_on(self, show: Callable[[Any], Any], value: Any) -> Any:
        """Show a value that is already recorded by a function such as ``display``."""
        with passed_on(self._current.get()):
            return show(value)

    def _end_step(self, running: RunningStep, error: BaseException | None) -> None:
        """Act on the end of one call of a step; `error` is its exception."""

    def _finish(self, running: RunningStep, frame: FrameType) -> None:
        """Record the value that only a name shows, and the figures that the cell leaves open."""
        if running.cell < 0:
            return
        cell = running.cell
        record = self._record(cell)
        if self._output is not None:
            self._output.wait()
        record.draws = record.draws or running.draws != find_draws()
        name = self.last.get(str(cell), "")
        if name.isidentifier() and not record.has_value and cell not in self.recorded:
            values = {**frame.f_globals, **frame.f_locals}
            if name in values:
                self.value(cell, values[name])
        self._show_figures(cell)

    # Outputs

    def _find_cell(self) -> int:
        """Return the current cell; -1 if there is none, or several steps run outside this context."""
        current = self._current.get()
        if current is not None:
            return current.cell
        running = list(self._running.values())
        return running[0].cell if len(running) == 1 else -1

    def _record(self, cell: int) -> CellRecord:
        with self._lock:
            return self._records.setdefault(cell, CellRecord())

    def _write(self, stream: str, text: str) -> None:
        """Record text of the current cell."""
        running = self._current.get()
        if running is not None and running.outer:
            return
        # A thread of the cell has no context. Text on stderr without one is Prefect's log.
        cell = running.cell if running is not None else self._find_cell() if stream == "stdout" else -1
        if cell >= 0 and text:
            with self._lock:
                self._record(cell).add_text(stream, text)

    def _write_from_process(self, text: str) -> None:
        """Record text that a child process or a library of C wrote to standard output."""
        cells = {running.cell for running in list(self._running.values()) if running.cell >= 0}
        for cell in cells:
            with self._lock:
                record = self._record(cell)
                record.from_process = True
                if len(cells) > 1:
                    record.skipped.append("parallel")
                else:
                    record.add_text("stdout", text)

    def _display(self, value: Any, *, raw: bool, identifier: str = "", update: bool = False) -> None:
        """Record an object that the pipeline passes to IPython's ``display``."""
        running = self._current.get()
        if running is not None and not running.outer:
            self._show(running.cell, value, "display_data", raw=raw)

    def _clear_outputs(self) -> None:
        running = self._current.get()
        if running is not None:
            with self._lock:
                self._record(running.cell).outputs.clear()

    def _show(self, cell: int, value: Any, kind: str, *, raw: bool = False) -> None:
        if cell < 0:
            return
        if is_figure(value):
            self._render(cell, [value], kind)
            return
        with self._budget.measured() as is_allowed, contextlib.suppress(Exception):  # no error of the pipeline
            if not is_allowed:
                self._record(cell).skipped.append("time")
                return
            data = dict(value) if raw else find_representations(value)
            if len(str(data.get("image/png", ""))) > _MOST_BYTES:
                data["image/png"] = {"reason": "size"}
            with self._lock:
                self._record(cell).outputs.append({"output_type": kind, "data": data})

    def _show_current_figures(self) -> None:
        running = self._current.get()
        if running is not None and running.cell >= 0:
            self._show_figures(running.cell)

    def _show_figures(self, cell: int) -> None:
        """Record the open figures as the inline backend shows them: once, at the end of the cell or by ``show``."""
        pylab = sys.modules.get("matplotlib._pylab_helpers")
        managers = list(pylab.Gcf.get_all_fig_managers()) if pylab is not None else []
        figures = [m.canvas.figure for m in managers if not any(m.canvas.figure is each for each in self._shown)]
        self._shown += figures
        if figures:
            self._render(cell, figures, "display_data")

    def _render(self, cell: int, figures: Sequence[Any], kind: str) -> None:
        record = self._record(cell)
        with self._budget.measured(), contextlib.suppress(Exception):
            data: list[dict[str, Any]] = [{"text/plain": repr(figure)} for figure in figures]
            with self._lock:
                record.outputs += [{"output_type": kind, "data": each} for each in data]
            self._figures.render(figures, data, self._budget.left)

    # Names

    def _take_names(self, values: Mapping[str, Any]) -> None:
        if not self.fingerprint_file:
            return
        for cell, names in self.names.items():
            for name in names:
                if name not in values:
                    continue
                if name in self._named:  # a step that is called for each element
                    self._named[name] = (int(cell), {"reason": "the step ran several times"})
                    continue
                with self._budget.measured() as is_allowed:
                    found = self._fingerprints().fingerprint(values[name]) if is_allowed else {"reason": "time"}
                    self._named[name] = (int(cell), found)

    def _fingerprints(self) -> ModuleType:
        if self._fingerprint is None:
            spec = importlib.util.spec_from_file_location("_rehearsal_fingerprint", self.fingerprint_file)
            assert spec is not None
            assert spec.loader is not None
            self._fingerprint = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(self._fingerprint)
        return self._fingerprint

    # Result

    def result(self) -> dict[str, Any]:
        """Return everything that was recorded, as JSON data."""
        self._files.stop()
        if self._output is not None:
            self._output.close()
        with self._budget.measured():
            self._figures.collect()
        steps = sys.modules.get("steps")
        if steps is not None:
            found = {n: v for n, v in vars(steps).items() if n not in self._named and not isinstance(v, ModuleType)}
            self._take_names(found)
        return {
            "problem": self.problem,
            "cells": {str(cell): record.to_dict() for cell, record in self._records.items() if cell >= 0},
            "names": {name: {"cell": cell, **found} for name, (cell, found) in self._named.items()},
            "versions": self._fingerprint.versions() if self._fingerprint is not None else {},
            "reads": self._files.reads,
            "writes": self._files.writes,
            "seconds": round(self._budget.spent, 3),
        }
