"""Log everything that the process of a run writes: logging and `print`, warnings, streams and child processes.

Nothing here may fail the run. A record of logging is logged where loggers pass it to their handlers, so that it is
logged once, with any handlers. The text that these handlers write into the streams is not logged again.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import logging
import os
import socket
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jupyter_pipeline import environment_variables, secret_detection
from jupyter_pipeline.orchestration.prefect_variables import RUN_ID
from jupyter_pipeline.workflows.run_logs import store
from jupyter_pipeline.workflows.run_logs.lines import Allowance, CapturedStream
from jupyter_pipeline.workflows.run_logs.log_file import LogFile, make_line
from jupyter_pipeline.workflows.run_logs.raw_output import RawOutput, discard_output

__all__ = [
    "Capture",
    "add_cluster",
    "add_lines",
    "find_step",
    "install",
    "is_active",
    "read_settings",
    "run_id",
    "set_level",
]

_INTERVAL = 0.25
"""Seconds after which lines are written."""
_MOST_PENDING = 20_000
"""Lines in memory, from which a thread writes them itself."""
_QUIET = ("httpx", "httpcore", "hpack", "asyncio", "websockets", "aiosqlite", "anyio", "distributed", "prefect")
"""Loggers of the machinery of a run, which the level of the run does not change."""
_OF_RUNS = ("prefect.flow_runs", "prefect.task_runs")

_active: Capture | None = None


class Capture:
    """Log of this process.

    Parameters
    ----------
    run : str
        Id of the run.
    """

    def __init__(self, run: str) -> None:
        self.folder = store.create_folder(run)
        self.facts: dict[str, Any] = {
            "started": time.time(),
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "clusters": [],
        }
        self._streams: dict[str, CapturedStream] = {}
        self._values: tuple[str, ...] = ()
        self._variables: dict[str, str] = {}
        self._file: LogFile | None = LogFile(self.folder, "run")
        self._pending: list[dict[str, Any]] = []
        self._lock, self._writing = threading.Lock(), threading.Lock()
        self._ended = threading.Event()
        self._is_child = False
        self._allowance = Allowance()
        self._raw = RawOutput(self.folder, self.mask, passed_on=not _is_of_service())
        self._flow_run: Any = None
        self._restore = contextlib.ExitStack()

    # Installation

    def install(self) -> None:
        """Replace the streams and the functions that write, before Prefect is imported."""
        store.write_run(self.folder, self.facts)
        self._read_secrets()
        self._raw.open()
        self._restore.callback(self._raw.close)
        self._replace(warnings, "showwarning", self._show_warning)
        self._replace(logging.Logger, "callHandlers", self._call_handlers)
        self._replace(logging, "basicConfig", _configure)
        for name, number in (("stdout", 1), ("stderr", 2)):  # restored first
            self._replace_stream(name, number)
        os.register_at_fork(after_in_child=self._enter_child)
        threading.Thread(target=self._write_regularly, daemon=True, name="log of the run").start()
        atexit.register(self.close)

    def _replace(self, owner: Any, name: str, function: Callable[..., Any]) -> None:
        former = getattr(owner, name)

        @functools.wraps(former)
        def replacement(*args: Any, **options: Any) -> Any:
            return function(former, *args, **options)

        setattr(owner, name, replacement)
        self._restore.callback(setattr, owner, name, former)

    def _replace_stream(self, name: str, number: int) -> None:
        former = getattr(sys, name)
        stream = open(  # noqa: SIM115 - open until the end of the process
            self._raw.former[number], "w", encoding="utf-8", errors="replace", buffering=1, closefd=False
        )
        captured = CapturedStream(stream, number, functools.partial(self._log_text, name))
        setattr(sys, name, captured)
        setattr(sys, f"__{name}__", captured)
        self._streams[name] = captured

        def restore() -> None:
            captured.finish()
            if getattr(sys, name) is captured:
                setattr(sys, name, former)
            setattr(sys, f"__{name}__", former)

        self._restore.callback(restore)

    def set_run(self, flow_run: Any) -> None:
        """Store the name of the run, and set the level of its deployment.

        Parameters
        ----------
        flow_run : FlowRun
            The run, as Prefect's client returns it.
        """
        self._flow_run = flow_run
        self.facts |= {"name": flow_run.name, "deployment": str(flow_run.deployment_id or "")}
        try:
            if level := str(read_settings().get("log_level") or ""):
                set_level(level)
            store.write_run(self.folder, self.facts)
            store.prune_if_due()
        except Exception as error:  # noqa: BLE001 - such as a full disk
            self._warn(f"The log of the run may be incomplete: {type(error).__name__}: {error}")

    def add_cluster(self, cluster: str) -> None:
        """Store the id of a cluster of the run."""
        self.facts["clusters"] = [*self.facts["clusters"], cluster]
        store.write_run(self.folder, self.facts)

    def _enter_child(self) -> None:
        """Write each line of a forked process at once: it has no thread that writes, and may end without notice."""
        self._lock, self._writing = threading.Lock(), threading.Lock()
        self._pending, self._is_child = [], True
        for stream in self._streams.values():
            stream.is_paused = threading.local()

    # Lines

    def _log_text(self, source: str, text: str) -> None:
        self.add(make_line(text, source=source, process="run", step=find_step()))

    def _show_warning(
        self,
        former: Callable[..., None],
        message: Any,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: Any = None,
        line: str | None = None,
    ) -> None:
        with contextlib.suppress(Exception):
            text = f"{filename}:{lineno}: {category.__name__}: {message}"
            self.add(make_line(text, source="warning", level=30, process="run", step=find_step()))
        with self._pause():
            former(message, category, filename, lineno, file, line)

    def _call_handlers(self, former: Callable[..., None], logger: logging.Logger, record: logging.LogRecord) -> None:
        with contextlib.suppress(Exception):
            line = _describe(record)
            self.add(line)
            if (masked := self.mask(message := record.getMessage())) != message:
                record.msg, record.args = masked, ()  # Prefect stores it, too
        with self._pause():
            former(logger, record)

    @contextlib.contextmanager
    def _pause(self) -> Iterator[None]:
        """Do not log the text that this thread writes into the streams."""
        marks = [stream.is_paused for stream in self._streams.values()]
        before = [getattr(mark, "now", False) for mark in marks]
        for mark in marks:
            mark.now = True
        try:
            yield
        finally:
            for mark, value in zip(marks, before, strict=True):
                mark.now = value

    def add(self, line: dict[str, Any]) -> None:
        """Add a line, which a thread writes soon."""
        if self._ended.is_set():
            return
        with self._lock:
            dropped = self._allowance.dropped
            if not self._allowance.allows(len(line["message"]) + 100):
                return
            if dropped:
                note = self._allowance.take_note()
                self._pending.append(make_line(note, source="log", level=30, process="run"))
            self._pending.append(line)
            is_urgent = self._is_child or len(self._pending) > _MOST_PENDING
        if is_urgent:
            self.flush()

    def flush(self) -> None:
        """Write the lines that have been added. If the disk is full, the log ends."""
        try:
            with self._writing:
                with self._lock:
                    lines, self._pending = self._pending, []
                if lines and self._file is not None:
                    self._file.write({**line, "message": self.mask(line["message"])} for line in lines)
        except OSError as error:
            self._file = None
            self._warn(f"The log of the run in {self.folder} ends here: {error}")

    def _warn(self, text: str) -> None:
        """Write a warning to the log of the run on Prefect's server, or else to the former standard error."""
        try:
            from prefect.logging.loggers import flow_run_logger

            flow_run_logger(self._flow_run).warning(text)
        except Exception:  # noqa: BLE001 - the run has not begun
            with contextlib.suppress(OSError):
                os.write(self._raw.former[2], f"{text}\n".encode())

    def mask(self, text: str) -> str:
        """Return a text without the values of secret variables, and without passwords."""
        return secret_detection.mask_secrets(text, self._values)

    def _read_secrets(self) -> None:
        variables = dict(os.environ)
        if variables != self._variables:
            self._variables = variables
            self._values = secret_detection.list_private_values(variables)

    def _write_regularly(self) -> None:
        while not self._ended.wait(_INTERVAL):
            with contextlib.suppress(Exception):
                self._read_secrets()
                self.flush()

    def close(self) -> None:
        """Write all lines, and restore streams and functions."""
        if self._ended.is_set() or self._is_child:
            return
        with contextlib.suppress(Exception):
            self._restore.close()
        if note := self._allowance.take_note():
            with self._lock:
                self._pending.append(make_line(note, source="log", level=30, process="run"))
        self.flush()
        self._ended.set()


def install() -> Capture | None:
    """Log the process of the run in the variable `RUN_ID`; return ``None`` if that is not possible.

    An error is written to the standard error. It does not fail the run. Further output of a run of the service is then
    discarded: the run must not fail when its worker, which reads the output, is killed.
    """
    global _active
    run = os.environ.get(RUN_ID) or ""
    try:
        capture = Capture(run)
        capture.install()
    except Exception as error:  # noqa: BLE001 - a run without a log is better than none
        sys.stderr.write(f"The run {run} has no log: {type(error).__name__}: {error}\n")
        if _is_of_service():
            discard_output()
        return None
    _active = capture
    return capture


def _is_of_service() -> bool:
    return bool(os.environ.get(environment_variables.SERVICE))


def add_cluster(cluster: str) -> str:
    """Store a cluster of the run of this process; return the name of the run, empty without a log."""
    if _active is None:
        return ""
    with contextlib.suppress(OSError):
        _active.add_cluster(cluster)
    return str(_active.facts.get("name", ""))


def add_lines(lines: list[dict[str, Any]]) -> None:
    """Add lines of other processes to the log of the run of this process."""
    if _active is not None:
        for line in lines:
            _active.add(line)


def is_active() -> bool:
    """Return True if this process has a log of its run."""
    return _active is not None


def run_id() -> str:
    """Return the id of the run of this process; empty without a log."""
    return _active.folder.name if _active is not None else ""


def read_settings() -> Mapping[str, Any]:
    """Return the settings of the deployment of this process; empty without one."""
    try:
        found = json.loads(os.environ.get(environment_variables.SETTINGS) or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def set_level(level: str) -> None:
    """Let the loggers of the code log from a level.

    Parameters
    ----------
    level : str
        ``debug``, ``info``, ``warning`` or ``error``.
    """
    number = int(getattr(logging, level.upper()))
    _quiet_machinery()
    logging.getLogger().setLevel(number)
    if number < logging.INFO:
        for name in _OF_RUNS:
            logging.getLogger(name).setLevel(number)


def _quiet_machinery() -> None:
    """Set the level of loggers that inherit the root logger's otherwise."""
    for name in _QUIET:
        logger = logging.getLogger(name)
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.WARNING)


def find_step() -> str:
    """Return the name of the task of this thread; empty outside of tasks."""
    module = sys.modules.get("prefect.context")
    if module is None:
        return ""
    try:
        context = module.TaskRunContext.get()
        return str(context.task.name) if context is not None else ""
    except Exception:  # noqa: BLE001 - during the import of Prefect
        return ""


def _describe(record: logging.LogRecord) -> dict[str, Any]:
    """Return the line of a record, with its traceback."""
    try:
        message = record.getMessage()
    except Exception:  # noqa: BLE001 - wrong arguments, as in `Handler.handleError`
        message = f"{record.msg} {record.args!r}"
    if record.exc_info and record.exc_info[0] is not None:
        message += "\n" + logging.Formatter().formatException(record.exc_info)
    elif record.exc_text:
        message += f"\n{record.exc_text}"
    step = str(getattr(record, "task_name", "") or "")
    line = make_line(
        message,
        source="log",
        level=record.levelno,
        moment=record.created,
        logger="" if record.name in _OF_RUNS else record.name,
        process="run",
        step=step if step and step != "Unknown" else find_step(),
    )
    return {**line, "pid": record.process or line["pid"]}


def _configure(former: Callable[..., None], **options: Any) -> None:
    """Call `logging.basicConfig` as in a notebook, whose root logger has no handler: Prefect's does not count."""
    _quiet_machinery()
    root = logging.getLogger()
    own = [handler for handler in root.handlers if type(handler).__module__.startswith("prefect.")]
    for handler in own:
        root.removeHandler(handler)
    try:
        former(**options)
    finally:
        for handler in own:
            root.addHandler(handler)
