"""Record the output of each compiled cell during a rehearsal.

`rehearsal_child` loads this file by path in the interpreter of the runs, which may lack Jupyter Pipeline. It imports
the standard library only. Matplotlib, IPython, pandas and Dask are used if the pipeline or the request needs them.

1. `Recorder.install` replaces the streams, Prefect's ``print`` and IPython's ``display``, and adds an audit hook.
2. ``steps.py`` is compiled with calls of the recorder between the statements of different cells. Line numbers do not
   change, so tracebacks are the same.
3. A context variable holds the current cell, so that steps can run at the same time in threads.
4. `Recorder.result` returns the outputs, names and files as JSON data.

The recorder measures its own time. It stops to render pictures and values above a share of the run (`_SHARE`).
"""

from __future__ import annotations

import ast
import base64
import builtins
import contextlib
import contextvars
import functools
import importlib.abc
import importlib.machinery
import importlib.util
import io
import json
import os
import random
import secrets
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

__all__ = ["Recorder", "instrument"]

_HANDLE = "__rehearsal__"
"""Name of the recorder in the module of the steps."""
_SHARE = 0.1
"""Highest share of the run that the recorder may use."""
_FREE = 1.0
"""Seconds that the recorder may use in a short run."""
_MOST_TEXT = 5_000_000
"""Characters that are stored for each stream and cell."""
_MOST_BYTES = 8_000_000
"""Bytes that are stored for each picture."""
_MOST_FILES = 2000
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


@dataclass(slots=True)
class _Active:
    """A running step."""

    step: str
    cell: int = -1
    draws: tuple[Any, ...] = ()
    """Positions of the global random generators at the start of the cell."""
    outer: bool = False
    """True while text is passed on that is already recorded."""


@dataclass(slots=True)
class _Record:
    """Outputs of one cell."""

    outputs: list[dict[str, Any]] = field(default_factory=list)
    calls: dict[str, int] = field(default_factory=dict)
    """Number of calls by step; a mapped step is called for each element."""
    draws: bool = False
    """True if the cell drew from a global random generator."""
    from_process: bool = False
    """True if text came from a child process, so that the order of lines may change."""
    has_value: bool = False
    """True if the last expression of the cell was evaluated."""
    skipped: list[str] = field(default_factory=list)
    """Reasons for outputs that are not recorded."""
    lengths: dict[str, int] = field(default_factory=dict)
    """Characters written to each stream."""


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
    """

    def __init__(self, request: Mapping[str, Any], folder: str) -> None:
        self.lines: Sequence[Mapping[str, Any]] = request["lines"]
        self.last: Mapping[str, str] = request["last"]
        self.names: Mapping[str, Sequence[str]] = request["names"]
        self.fingerprint_file: str = request["fingerprint"]
        self.folder = folder
        self.spent = 0.0
        self.begun = time.monotonic()
        self._current: contextvars.ContextVar[_Active | None] = contextvars.ContextVar("cell", default=None)
        self._records: dict[int, _Record] = {}
        self._active: dict[int, _Active] = {}
        self._lock = threading.RLock()
        self._shown: list[Any] = []
        """Figures that were shown. A notebook closes them, so they are shown once."""
        self._named: dict[str, tuple[int, dict[str, Any]]] = {}
        self._files = _Files(folder, self._cell)
        self._fingerprint: ModuleType | None = None
        self._output: _ProcessOutput | None = None
        self.problem = ""
        """Reason why nothing is recorded."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as an object without effect: a worker of a cluster may get a function of the steps."""
        return (eval, ("type('NoRecorder', (), {'__getattr__': lambda s, n: lambda *a: a[-1] if a else None})()",))

    # Installation

    def install(self) -> None:
        """Replace the streams and the functions that show values, and import ``steps`` with the recorder."""
        self._output = _ProcessOutput(self.write_from_process)
        sys.stdout = _Tee(self._output.open(), "stdout", self)
        sys.stderr = _Tee(sys.stderr, "stderr", self)
        self._replace_prefect_print()
        self._replace_display()
        sys.meta_path.insert(0, _Finder(self))
        self._files.start()

    def _replace_prefect_print(self) -> None:
        """Record text before Prefect turns it into a log record."""
        with contextlib.suppress(ImportError, AttributeError):
            from prefect.logging import loggers

            log = loggers.print_as_log

            @functools.wraps(log)
            def print_as_log(*values: Any, **options: Any) -> None:
                self._print(log, *values, **options)

            loggers.print_as_log = print_as_log

    def _print(self, log: Any, *values: Any, **options: Any) -> None:
        active = self._current.get()
        file = options.get("file")
        if active is None or active.outer or file not in (None, sys.stdout, sys.stderr):
            log(*values, **options)
            return
        buffer = io.StringIO()
        builtins_print(*values, **{**options, "file": buffer, "flush": False})
        self.write("stderr" if file is sys.stderr and file is not sys.stdout else "stdout", buffer.getvalue())
        with _passed_on(active):
            log(*values, **options)

    def _replace_display(self) -> None:
        """Record the objects that the pipeline passes to IPython's ``display``."""
        texts = (path.read_text("utf-8", errors="replace") for path in Path(self.folder).rglob("*.py"))
        if not any(name in text for text in texts for name in ("IPython", "plotly", "altair", "bokeh")):
            return
        with contextlib.suppress(ImportError):
            import IPython.display
            from IPython.core import display_functions

            show, clear = display_functions.display, display_functions.clear_output

            @functools.wraps(show)
            def display(*values: Any, **options: Any) -> Any:
                active = self._current.get()
                for value in values if active is not None and not active.outer else ():
                    self._show(active.cell if active else -1, value, "display_data", raw=bool(options.get("raw")))
                with _passed_on(active):
                    return show(*values, **options)

            @functools.wraps(clear)
            def clear_output(wait: bool = False) -> None:
                active = self._current.get()
                if active is not None:
                    with self._lock:
                        self._record(active.cell).outputs.clear()
                with _passed_on(active):
                    clear(wait)

            for module in (display_functions, IPython.display):
                module.display, module.clear_output = display, clear_output

    # Calls from the steps

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Record the cells of one call of a step."""
        frame = sys._getframe(2)
        active = _Active(name)
        token = self._current.set(active)
        with self._lock:
            self._active[id(active)] = active
        try:
            yield
        finally:
            with contextlib.suppress(Exception):
                self._finish(active, frame)
                self._take_names(frame.f_locals)
            with self._lock:
                del self._active[id(active)]
            with contextlib.suppress(ValueError):  # a generator may end in another context
                self._current.reset(token)

    def enter(self, cell: int) -> None:
        """Begin the statements of a cell."""
        active = self._current.get()
        if active is None:  # a statement of the module
            active = _Active("")
            self._current.set(active)
        self._finish(active, sys._getframe(1))
        _widen_tables()
        self._replace_show()
        active.cell = cell
        active.draws = _draws()
        with self._lock:
            calls = self._record(cell).calls
            calls[active.step] = calls.get(active.step, 0) + 1

    def leave(self) -> None:
        """End the statements of the module."""
        active = self._current.get()
        if active is not None:
            self._finish(active, sys._getframe(1))
            active.cell = -1
        self._current.set(None)

    def value(self, cell: int, value: Any) -> Any:
        """Record the value of the last expression of a cell, and return it."""
        with self._lock:
            self._record(cell).has_value = True
        if value is not None:
            self._show(cell, value, "execute_result")
        return value

    def pass_on(self, show: Callable[[Any], Any], value: Any) -> Any:
        """Show a value that is already recorded by a function such as ``display``."""
        with _passed_on(self._current.get()):
            return show(value)

    def finish(self) -> None:
        """Record the end of a cell before statements that no cell contains, such as the one that closes figures."""
        active = self._current.get()
        if active is not None:
            self._finish(active, sys._getframe(1))

    def _finish(self, active: _Active, frame: FrameType) -> None:
        """Record the value that only a name shows, and the figures that the cell leaves open."""
        if active.cell < 0:
            return
        cell = active.cell
        record = self._record(cell)
        if self._output is not None:
            self._output.wait()
        record.draws = record.draws or active.draws != _draws()
        last = self.last.get(str(cell), "")
        if last.isidentifier() and not record.has_value:
            name = last
            values = {**frame.f_globals, **frame.f_locals}
            if name in values:
                self.value(cell, values[name])
        self._show_figures(cell)

    # Outputs

    def _cell(self) -> int:
        active = self._current.get()
        if active is not None:
            return active.cell
        running = list(self._active.values())
        return running[0].cell if len(running) == 1 else -1

    def _record(self, cell: int) -> _Record:
        with self._lock:
            return self._records.setdefault(cell, _Record())

    def write(self, stream: str, text: str) -> None:
        """Record text of the current cell."""
        active = self._current.get()
        if active is not None and active.outer:
            return
        # A thread of the cell has no context. Text on stderr without one is Prefect's log.
        cell = active.cell if active is not None else self._cell() if stream == "stdout" else -1
        if cell < 0 or not text:
            return
        self._append(cell, stream, text)

    def write_from_process(self, text: str) -> None:
        """Record text that a child process or a library of C wrote to standard output."""
        running = {active.cell for active in list(self._active.values()) if active.cell >= 0}
        for cell in running:
            self._record(cell).from_process = True
            if len(running) > 1:
                self._record(cell).skipped.append("parallel")
            else:
                self._append(cell, "stdout", text)

    def _append(self, cell: int, stream: str, text: str) -> None:
        with self._lock:
            record = self._record(cell)
            length = record.lengths.get(stream, 0)
            record.lengths[stream] = length + len(text)
            text = text[: max(0, _MOST_TEXT - length)]
            if text:
                last = record.outputs[-1] if record.outputs else None
                if last is not None and last.get("name") == stream:
                    last["parts"].append(text)
                else:
                    record.outputs.append({"output_type": "stream", "name": stream, "parts": [text]})

    def _show(self, cell: int, value: Any, kind: str, *, raw: bool = False) -> None:
        if cell < 0:
            return
        with self._measured(cell) as allowed:
            if not allowed:
                return
            data = dict(value) if raw and isinstance(value, Mapping) else _mime_bundle(value)
            if "image/png" in data and len(data["image/png"]) > _MOST_BYTES:
                self._record(cell).skipped.append("too large")
                data["image/png"] = ""
            with self._lock:
                self._record(cell).outputs.append({"output_type": kind, "data": data})

    def _show_figures(self, cell: int) -> None:
        """Record the open figures as the inline backend shows them: once, at the end of the cell or by ``show``."""
        pylab = sys.modules.get("matplotlib._pylab_helpers")
        for manager in list(pylab.Gcf.get_all_fig_managers()) if pylab is not None else ():
            figure = manager.canvas.figure
            if any(figure is shown for shown in self._shown):
                continue
            with self._measured(cell) as allowed:
                self._shown.append(figure)
                picture = _render_figure(figure) if allowed else b""
                if picture:
                    data = {"image/png": base64.b64encode(picture).decode(), "text/plain": repr(figure)}
                    with self._lock:
                        self._record(cell).outputs.append({"output_type": "display_data", "data": data})

    def _replace_show(self) -> None:
        """Record the figures that the pipeline shows by ``pyplot.show``."""
        pyplot: Any = sys.modules.get("matplotlib.pyplot")
        if pyplot is None or hasattr(pyplot.show, "__wrapped__"):
            return

        @functools.wraps(pyplot.show)
        def show(*values: Any, **options: Any) -> None:
            active = self._current.get()
            if active is not None and active.cell >= 0:
                self._show_figures(active.cell)

        pyplot.show = show

    @contextlib.contextmanager
    def _measured(self, cell: int) -> Iterator[bool]:
        """Measure the time of the recorder; yield False if it has used its share of the run."""
        start = time.monotonic()
        allowed = self.spent < max(_FREE, _SHARE * (start - self.begun))
        if not allowed:
            self._record(cell).skipped.append("time")
        try:
            with contextlib.suppress(Exception):  # a value that cannot be shown is no error of the pipeline
                yield allowed
        finally:
            self.spent += time.monotonic() - start

    # Names

    def _take_names(self, values: Mapping[str, Any]) -> None:
        if not self.fingerprint_file:
            return
        for cell, names in self.names.items():
            for name in names:
                if name in values:
                    with self._measured(int(cell)) as allowed:
                        found = self._fingerprints().fingerprint(values[name]) if allowed else {"reason": "time"}
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
        steps = sys.modules.get("steps")
        if steps is not None:
            missing = {cell: [name for name in names if name not in self._named] for cell, names in self.names.items()}
            taken, self.names = self.names, missing
            self._take_names({n: v for n, v in vars(steps).items() if not isinstance(v, ModuleType)})
            self.names = taken
        return {
            "problem": self.problem,
            "cells": {str(cell): _to_plain(record) for cell, record in self._records.items() if cell >= 0},
            "names": {name: {"cell": cell, **found} for name, (cell, found) in self._named.items()},
            "versions": self._fingerprint.versions() if self._fingerprint is not None else {},
            "reads": self._files.reads,
            "writes": self._files.writes,
            "seconds": round(self.spent, 3),
        }


builtins_print = builtins.print


def _to_plain(record: _Record) -> dict[str, Any]:
    outputs = [
        {"output_type": "stream", "name": each["name"], "text": "".join(each["parts"])} if "parts" in each else each
        for each in record.outputs
    ]
    return {
        "outputs": outputs,
        "calls": max((n for step, n in record.calls.items() if step), default=1),
        "draws": record.draws,
        "has_value": record.has_value,
        "from_process": record.from_process,
        "skipped": sorted(set(record.skipped)),
        "truncated": any(length > _MOST_TEXT for length in record.lengths.values()),
    }


@contextlib.contextmanager
def _passed_on(active: _Active | None) -> Iterator[None]:
    if active is None:
        yield
        return
    before, active.outer = active.outer, True
    try:
        yield
    finally:
        active.outer = before


class _Tee(io.TextIOBase):
    """Stream that records its text and passes it on."""

    def __init__(self, stream: Any, name: str, recorder: Recorder) -> None:
        self._stream, self._name, self._recorder = stream, name, recorder

    def write(self, text: str) -> int:
        self._recorder.write(self._name, text)
        return int(self._stream.write(text) or len(text))

    def flush(self) -> None:
        self._stream.flush()

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        return int(self._stream.fileno())

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return str(self._stream.encoding)

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        return str(self._stream.errors)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _ProcessOutput:
    """Standard output of the process and its children, by a pipe in place of the file descriptor."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._original = -1
        self._pipe = -1
        self._mark = b"\0" + secrets.token_hex(8).encode() + b"\0"
        self._seen = threading.Semaphore(0)

    def open(self) -> Any:
        """Replace the file descriptor, and return a stream to the original one."""
        sys.stdout.flush()
        self._original = os.dup(1)
        reader, self._pipe = os.pipe()
        os.dup2(self._pipe, 1)
        threading.Thread(target=self._read, args=(reader,), daemon=True).start()
        return open(self._original, "w", encoding="utf-8", errors="replace", buffering=1, closefd=False)

    def wait(self) -> None:
        """Wait until everything that was written is recorded."""
        with contextlib.suppress(OSError):
            os.write(self._pipe, self._mark)
            self._seen.acquire(timeout=2)

    def close(self) -> None:
        """Restore the file descriptor."""
        self.wait()
        os.dup2(self._original, 1)

    def _read(self, reader: int) -> None:
        rest = b""
        while data := os.read(reader, 65536):
            *parts, rest = (rest + data).split(self._mark)
            for part in parts:
                self._pass_on(part)
                self._seen.release()
            if not _ends_within(rest, self._mark):
                self._pass_on(rest)
                rest = b""

    def _pass_on(self, data: bytes) -> None:
        if data:
            with contextlib.suppress(OSError):
                os.write(self._original, data)
            self._write(data.decode("utf-8", errors="replace"))


def _ends_within(data: bytes, mark: bytes) -> bool:
    """Return True if the end of `data` may be the beginning of `mark`."""
    return any(data.endswith(mark[:length]) for length in range(1, len(mark)))


def _draws() -> tuple[Any, ...]:
    """Return the positions of the global generators of `random` and NumPy."""
    state = random.getstate()
    numpy = sys.modules.get("numpy.random")
    found: tuple[Any, ...] = (state[1][-1], state[1][0], state[2])
    if numpy is not None:
        with contextlib.suppress(Exception):
            legacy = numpy.get_state(legacy=False)
            found += (int(legacy["state"]["pos"]), int(legacy["state"]["key"][0]), legacy["has_gauss"])
    return found


def _widen_tables() -> None:
    """Print tables of pandas as in a notebook: pandas reduces the columns in a process without one."""
    config = getattr(sys.modules.get("pandas"), "options", None)
    if config is not None and not _widened:
        with contextlib.suppress(Exception):
            if config.display.max_columns == 0:
                config.display.max_columns = 20
            _widened.append(True)


_widened: list[bool] = []


# Values


def _mime_bundle(value: Any) -> dict[str, Any]:
    """Return the representations of a value that a notebook shows, by MIME type."""
    figure = sys.modules.get("matplotlib.figure")
    if figure is not None and isinstance(value, figure.Figure):
        picture = _render_figure(value)
        text = {"text/plain": repr(value)}
        return {**text, "image/png": base64.b64encode(picture).decode()} if picture else text
    if type(value).__module__.startswith("plotly.") and hasattr(value, "to_json"):
        return {"application/vnd.plotly.v1+json": json.loads(value.to_json())}
    with contextlib.suppress(ImportError):
        from IPython.core.formatters import DisplayFormatter

        found, _ = DisplayFormatter().format(value)
        return {name: _encode(data) for name, data in found.items()}
    data = {"text/plain": repr(value)}
    for name, method in (("text/html", "_repr_html_"), ("image/png", "_repr_png_")):
        show = getattr(type(value), method, None)
        shown = show(value) if callable(show) else None
        if shown:
            data[name] = _encode(shown)
    return data


def _encode(data: Any) -> Any:
    return base64.b64encode(data).decode() if isinstance(data, bytes) else data


def _render_figure(figure: Any) -> bytes:
    """Return a figure as PNG with the arguments of the inline backend; empty for a figure that it does not show."""
    if not figure.axes and not getattr(figure, "lines", None):
        return b""
    buffer = io.BytesIO()
    figure.canvas.print_figure(
        buffer,
        format="png",
        facecolor=figure.get_facecolor(),
        edgecolor=figure.get_edgecolor(),
        dpi=figure.dpi,
        bbox_inches="tight",
    )
    return buffer.getvalue()


# Files


class _Files:
    """Files that the pipeline opens, by an audit hook."""

    def __init__(self, folder: str, cell: Any) -> None:
        self.reads: dict[str, int] = {}
        """Cell by path of each file that was read before it was written."""
        self.writes: dict[str, dict[str, Any]] = {}
        """Cell, and the size and picture before, by path of each written file."""
        self._cell, self._on, self._busy = cell, False, threading.local()
        roots = {sys.prefix, sys.base_prefix, folder, *sysconfig.get_paths().values()}
        roots |= {str(Path(p).resolve()) for p in sys.path if p and "site-packages" in p}
        home = str(Path.home())
        caches = [f"{home}/.cache", f"{home}/.config", f"{home}/.prefect", f"{home}/.ipython", f"{home}/.jupyter"]
        system = ["/proc", "/sys", "/dev", "/usr", "/etc", "/lib", "/var/lib", "/bin", "/opt/conda"]
        settings = [os.environ.get("PREFECT_HOME", ""), os.environ.get("MPLCONFIGDIR", "")]
        self._ignored = tuple(
            f"{os.path.realpath(root)}{os.sep}" for root in [*roots, *caches, *system, *settings] if root
        )
        self._temporary = f"{os.path.realpath(tempfile.gettempdir())}{os.sep}"

    def start(self) -> None:
        sys.addaudithook(self._hook)
        self._on = True

    def stop(self) -> None:
        self._on = False

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in ("open", "sqlite3.connect") or not self._on or getattr(self._busy, "on", False):
            return
        self._busy.on = True
        try:
            self._opened(event, arguments)
        except Exception:  # noqa: BLE001, S110 - an audit hook that raises would stop the open
            pass
        finally:
            self._busy.on = False

    def _opened(self, event: str, arguments: tuple[Any, ...]) -> None:
        name = arguments[0]
        if not isinstance(name, str | bytes | os.PathLike):
            return
        path = os.path.realpath(os.fsdecode(name))
        if path.startswith(self._ignored) or path.endswith((".pyc", ".py", ".so")) or "/__pycache__/" in path:
            return
        mode = arguments[1] if event == "open" and len(arguments) > 1 else None
        flags = arguments[2] if event == "open" and len(arguments) > 2 and isinstance(arguments[2], int) else 0
        writing = any(c in mode for c in "wax+") if isinstance(mode, str) else bool(flags & _WRITING)
        cell = self._cell()
        if event == "sqlite3.connect" and not Path(path).is_file():
            return
        if not writing:
            if path not in self.writes and len(self.reads) < _MOST_FILES and Path(path).is_file():
                self.reads.setdefault(path, cell)
        elif (
            path not in self.writes and len(self.writes) < _MOST_FILES and not path.startswith(self._temporary + "tmp")
        ):
            self.writes[path] = {"cell": cell, **_state(Path(path))}


def _state(path: Path) -> dict[str, Any]:
    """Return the size of a file, and its content if it is a picture."""
    if not path.is_file():
        return {"size": None}
    size = path.stat().st_size
    if path.suffix.lower() in _PICTURES and 0 < size <= _MOST_BYTES:
        return {"size": size, "picture": base64.b64encode(path.read_bytes()).decode()}
    return {"size": size}


# Instrumentation of steps.py


class _Finder(importlib.abc.MetaPathFinder):
    """Finder that compiles ``steps`` with calls of the recorder."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        file = Path(self.recorder.folder) / "steps.py"
        if fullname != "steps" or not file.is_file():
            return None
        return importlib.util.spec_from_file_location("steps", file, loader=_Loader("steps", str(file), self.recorder))


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, fullname: str, path: str, recorder: Recorder) -> None:
        super().__init__(fullname, path)
        self.recorder = recorder

    def get_code(self, fullname: str) -> Any:
        path = self.get_filename(fullname)
        data = self.get_data(path)
        try:
            tree = instrument(ast.parse(data, path), self.recorder.lines, self.recorder.last)
            return compile(tree, path, "exec", dont_inherit=True)
        except Exception as error:  # noqa: BLE001 - the rehearsal goes on without the comparison
            self.recorder.problem = f"{type(error).__name__}: {error}"
            return compile(data, path, "exec", dont_inherit=True)

    def exec_module(self, module: ModuleType) -> None:
        setattr(module, _HANDLE, self.recorder)
        try:
            super().exec_module(module)
        finally:
            self.recorder.leave()


def instrument(tree: ast.Module, lines: Sequence[Mapping[str, Any]], last: Mapping[str, str]) -> ast.Module:
    """Return the module of the steps with calls of the recorder; line numbers do not change.

    Parameters
    ----------
    tree : ast.Module
        ``steps.py``.
    lines : sequence of mapping
        Runs of lines that come from one cell: ``first``, ``count`` and ``cell``.
    last : mapping
        Text of the last expression by cell.
    """
    cells = {
        number: int(entry["cell"])
        for entry in lines
        for number in range(entry["first"], entry["first"] + entry["count"])
    }
    values = {int(cell): ast.dump(ast.parse(text, mode="eval").body) for cell, text in last.items()}
    body: list[ast.stmt] = []
    current = -1
    for statement in tree.body:
        cell = cells.get(statement.lineno, -1)
        is_function = isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef)
        if cell < 0 and is_function:
            if any(number in cells for number in range(statement.lineno, (statement.end_lineno or 0) + 1)):
                _instrument_step(statement, cells, values)  # type: ignore[arg-type]
        elif cell >= 0 and cell != current and not _is_future(statement):
            body.append(_call("enter", statement, ast.Constant(cell)))
            current = cell
        body.append(statement)
    tree.body = body
    return ast.fix_missing_locations(tree)


def _instrument_step(
    function: ast.FunctionDef | ast.AsyncFunctionDef, cells: Mapping[int, int], values: Mapping[int, str]
) -> None:
    begin = 1 if ast.get_docstring(function, clean=False) is not None else 0
    body: list[ast.stmt] = []
    current = -1
    last_of = {cells.get(statement.lineno, -1): statement for statement in function.body[begin:]}
    for statement in function.body[begin:]:
        cell = cells.get(statement.lineno, -1)
        if cell >= 0 and cell != current:
            body.append(_call("enter", statement, ast.Constant(cell)))
            current = cell
        elif cell < 0 <= current and isinstance(statement, ast.Expr):
            body.append(_call("finish", statement))
        if cell in values and last_of[cell] is statement:
            _record_last_value(statement, cell, values[cell])
        body.append(statement)
    if not body:
        return
    step = ast.Call(_attribute("step"), [ast.Constant(function.name)], [])
    block = ast.With(items=[ast.withitem(step)], body=body)
    ast.copy_location(block, body[0])
    for node in ast.walk(step):
        ast.copy_location(node, body[0])
    function.body[begin:] = [block]


def _record_last_value(statement: ast.stmt, cell: int, dump: str) -> None:
    """Wrap the last expression of a cell in a call that records its value.

    The statement is the expression, returns it, possibly after names, passes it to ``display`` or ``print``, or asserts
    it. ``if (shown := value) is not None`` displays all but ``None``. A name may be replaced by its value.
    """

    def wrapped(node: ast.expr) -> ast.expr:
        return recorded(node) if ast.dump(node) == dump else node

    def recorded(node: ast.expr) -> ast.expr:
        return ast.copy_location(ast.Call(_attribute("value"), [ast.Constant(cell), node], []), node)

    def passed_on(call: ast.Call) -> ast.expr:
        return ast.copy_location(ast.Call(_attribute("pass_on"), [call.func, *call.args], []), call)

    match statement:
        case ast.Expr(value=ast.Call(func=ast.Name(id="display" | "print"), args=[argument], keywords=[]) as call) if (
            ast.dump(argument) == dump
        ):
            call.args[0] = recorded(argument)
            statement.value = passed_on(call)
        case ast.If(
            test=ast.Compare(left=ast.NamedExpr() as named), body=[ast.Expr(value=ast.Call(args=[_]) as call) as shown]
        ) if ast.dump(named.value) == dump:
            named.value = recorded(named.value)
            shown.value = passed_on(call)
        case ast.Return(value=ast.Tuple(elts=[*_, last]) as values) if ast.dump(last) == dump != ast.dump(values):
            values.elts[-1] = recorded(last)
        case ast.Return(value=ast.expr() as value) if dump.startswith("Name("):
            statement.value = recorded(value)
        case ast.Expr(value=value) | ast.Return(value=ast.expr() as value):
            statement.value = wrapped(value)
        case ast.Assert(test=ast.Compare(left=ast.Call(args=[_]) as call)):
            call.args[0] = wrapped(call.args[0])


def _call(name: str, at: ast.stmt, *arguments: ast.expr) -> ast.stmt:
    statement = ast.Expr(ast.Call(_attribute(name), list(arguments), []))
    for node in ast.walk(statement):
        ast.copy_location(node, at)
    return statement


def _attribute(name: str) -> ast.expr:
    return ast.Attribute(ast.Name(_HANDLE, ast.Load()), name, ast.Load())


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
