"""Send what a worker prints and logs to the process of the run, as events of Dask.

It is pickled by value, so that the cluster does not need this package. It imports the standard library, distributed,
`lines` and `log_file`. The text stays in the log of the cluster, too.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import sys
import threading
import time
import warnings
from typing import Any

from distributed.diagnostics.plugin import WorkerPlugin

from jupyter_pipeline.workflows.run_logs.lines import Allowance, CapturedStream
from jupyter_pipeline.workflows.run_logs.log_file import make_line

__all__ = ["PLUGIN", "WorkerCapture", "send_rest"]

PLUGIN = "jupyter-pipeline-output-1"
"""Name of the plugin; its number changes with its protocol."""
_TASKS = "jupyter-pipeline-tasks-2"
"""Plugin that sends the records of functions on workers itself."""
_INTERVAL = 0.25
_RESERVE, _RATE = 8 * 2**20, 0.5 * 2**20
"""Characters of a worker, and characters a second: they pass through the memory of the scheduler."""
_MOST = 500
"""Lines of one event."""


async def send_rest(dask_worker: Any) -> None:
    """Send the lines of a worker that have not been sent. It is async because others wait for all other functions."""
    plugin = dask_worker.plugins.get(PLUGIN)
    if plugin is not None:
        plugin.send()


class WorkerCapture(WorkerPlugin):  # type: ignore[misc] # distributed is untyped
    """Log the streams, records and warnings of a worker's process.

    Parameters
    ----------
    topic : str
        Topic of the events.
    level : int
        Level from which the root logger logs; 0 leaves it unchanged.
    """

    name = PLUGIN
    idempotent = True

    def __init__(self, topic: str, level: int = 0) -> None:
        self.topic, self.level = topic, level

    def setup(self, worker: Any) -> None:
        """Replace streams and functions of the process. A second worker in the process changes nothing."""
        self._stack = contextlib.ExitStack()
        if hasattr(logging.Logger.callHandlers, "jupyter_pipeline"):
            return
        self._worker = worker
        self._pending: list[dict[str, Any]] = []
        self._lock, self._ended = threading.Lock(), threading.Event()
        self._allowance = Allowance(_RESERVE, _RATE)
        self._streams: list[CapturedStream] = []
        for name, number in (("stdout", 1), ("stderr", 2)):
            self._replace_stream(name, number)
        self._replace_handlers()
        if self.level:
            self._stack.callback(logging.getLogger().setLevel, logging.getLogger().level)
            logging.getLogger().setLevel(self.level)
        threading.Thread(target=self._send_regularly, daemon=True, name="log of the run").start()

    def _replace_stream(self, name: str, number: int) -> None:
        former = getattr(sys, name)
        captured = CapturedStream(former, number, functools.partial(self._log_text, name))
        setattr(sys, name, captured)
        self._streams.append(captured)

        def restore() -> None:
            captured.finish()
            if getattr(sys, name) is captured:
                setattr(sys, name, former)

        self._stack.callback(restore)

    def _replace_handlers(self) -> None:
        call_handlers, show_warning = logging.Logger.callHandlers, warnings.showwarning

        def log(logger: logging.Logger, record: logging.LogRecord) -> None:
            with contextlib.suppress(Exception):
                self._log_record(record)
            with self._pause():
                call_handlers(logger, record)

        def show(message: Any, category: Any, filename: str, lineno: int, *rest: Any, **options: Any) -> None:
            with contextlib.suppress(Exception):
                text = f"{filename}:{lineno}: {category.__name__}: {message}"
                self._add(make_line(text, source="warning", level=30, **self._find_task()))
            with self._pause():
                show_warning(message, category, filename, lineno, *rest, **options)

        log.jupyter_pipeline = True  # type: ignore[attr-defined]
        logging.Logger.callHandlers = log  # type: ignore[method-assign,assignment]
        warnings.showwarning = show
        self._stack.callback(setattr, logging.Logger, "callHandlers", call_handlers)
        self._stack.callback(setattr, warnings, "showwarning", show_warning)

    @contextlib.contextmanager
    def _pause(self) -> Any:
        before = [getattr(stream.is_paused, "now", False) for stream in self._streams]
        for stream in self._streams:
            stream.is_paused.now = True
        try:
            yield
        finally:
            for stream, value in zip(self._streams, before, strict=True):
                stream.is_paused.now = value

    def _find_task(self) -> dict[str, Any]:
        """Return the step, or the name of the Dask task, of this thread."""
        module = sys.modules.get("prefect.context")
        if module is not None:
            with contextlib.suppress(Exception):
                return {"step": str(module.TaskRunContext.get().task.name)}
        with contextlib.suppress(Exception):
            from dask.utils import key_split
            from distributed.worker import thread_state

            key = getattr(thread_state, "key", None)
            if key is not None:
                return {"task": key_split(key)}
        return {}

    def _runs_step(self) -> bool:
        """Return True in a function of a step, whose records arrive on another way."""
        plugin = self._worker.plugins.get(_TASKS)
        return plugin is not None and plugin.current.get() is not None

    def _log_text(self, source: str, text: str) -> None:
        self._add(make_line(text, source=source, **self._find_task()))

    def _log_record(self, record: logging.LogRecord) -> None:
        if self._runs_step():
            return
        message = record.getMessage()
        if send_rest.__name__ in message:
            return
        if record.exc_info and record.exc_info[0] is not None:
            message += "\n" + logging.Formatter().formatException(record.exc_info)
        line = make_line(
            message,
            source="log",
            level=record.levelno,
            moment=record.created,
            logger=record.name,
            **self._find_task(),
        )
        self._add(line)

    def _add(self, line: dict[str, Any]) -> None:
        with self._lock:
            has_gap = bool(self._allowance.dropped)
            if not self._allowance.allows(len(line["message"]) + 100):
                return
            if has_gap:
                self._pending.append(make_line(self._allowance.take_note(), source="log", level=30))
            self._pending.append(line)

    def _send_regularly(self) -> None:
        while not self._ended.wait(_INTERVAL):
            with contextlib.suppress(Exception):
                self.send()

    def send(self) -> None:
        """Send the lines that have not been sent."""
        if not hasattr(self, "_pending"):
            return
        with self._lock:
            lines, self._pending = self._pending, []
        process = f"worker {self._worker.name}"
        for start in range(0, len(lines), _MOST):
            message = {"lines": lines[start : start + _MOST], "process": process, "sent": time.time()}
            self._worker.log_event(self.topic, message)

    def teardown(self, worker: Any) -> None:
        """Send the rest, and restore streams and functions."""
        self._stack.close()
        if hasattr(self, "_ended"):
            self._ended.set()
            with contextlib.suppress(Exception):
                self.send()
