"""Run functions on workers: plugins of the scheduler and of the workers.

It is pickled by value, so that the cluster does not need this package. It imports the standard library, distributed,
`api_access` and `errors`.

1. A function begins once. If its worker ends, Dask would start it again: the second start fails instead, because a
   step may have written files.
2. Printed text and log records go to the process of the flow as events. They arrive before the result does.
3. A function can be interrupted, as Prefect interrupts a thread.
"""

from __future__ import annotations

import asyncio
import builtins
import contextvars
import ctypes
import inspect
import io
import logging
import os
import pickle
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import cloudpickle
import dask
from dask.sizeof import sizeof
from distributed import get_worker
from distributed.diagnostics.plugin import SchedulerPlugin, WorkerPlugin
from distributed.protocol import serialize

from jupyter_pipeline.workflows.worker_tasks.api_access import use_api
from jupyter_pipeline.workflows.worker_tasks.errors import dump_error

PLUGIN = "jupyter-pipeline-tasks-3"
"""Name of the plugins; its number changes with their protocol."""
BEGIN = "jupyter_pipeline_begin_task"
"""Handler of the scheduler that registers the start of a function."""
LARGE = 2**20
"""Size in bytes from which a value is passed by reference."""
NO_PLUGIN, FAILED, BEGAN_BEFORE = "no plugin", "failed", "began before"
"""First arguments of the ``RuntimeError`` of `run_task`. The error of a function itself arrives as an event."""


class TaskSchedulerPlugin(SchedulerPlugin):  # type: ignore[misc] # distributed is untyped
    """Register the start of each function, and report functions and results that a worker took with it."""

    name = PLUGIN
    idempotent = True

    def __init__(self) -> None:
        self.begun: dict[str, tuple[str, str]] = {}
        """Worker and topic of each key."""

    async def start(self, scheduler: Any) -> None:
        """Add the handler."""
        self.scheduler = scheduler
        scheduler.handlers[BEGIN] = self.begin

    async def begin(self, key: str, worker: str, topic: str) -> str:
        """Register the start of a function; return the worker of an earlier start, else an empty string.

        A function that was cancelled meanwhile does not begin either.
        """
        if key not in self.scheduler.tasks:
            return "none"
        earlier = self.begun.get(key, ("", ""))[0]
        self.begun.setdefault(key, (worker, topic))
        return earlier

    def remove_worker(self, scheduler: Any, worker: str, **_: Any) -> None:
        """Report the functions that ran on a worker, and the results that only it had."""
        for key, (where, topic) in list(self.begun.items()):
            task = scheduler.tasks.get(key)
            if where == worker and task is not None and task.state not in ("memory", "erred"):
                scheduler.log_event(topic, {"kind": "lost", "key": key, "worker": worker})

    def transition(self, key: Any, start: str, finish: str, *_: Any, **__: Any) -> None:
        """Forget a function that the scheduler forgets."""
        if finish == "forgotten":
            self.begun.pop(key, None)


class TaskWorkerPlugin(WorkerPlugin):  # type: ignore[misc] # distributed is untyped
    """Call functions, and forward their output."""

    name = PLUGIN
    idempotent = True

    def setup(self, worker: Any) -> None:
        """Replace ``print`` and add a handler to the root logger; both forward from running functions alone."""
        self.worker = worker
        self.functions: dict[str, Callable[..., Any]] = {}
        self.running: dict[str, int] = {}
        """Thread of each running function."""
        self.lock = threading.Lock()
        self.preparing = threading.Lock()
        self.prepared: set[bytes] = set()
        """Pickled functions that were called before the first function of their flow."""
        self.current: contextvars.ContextVar[dict[str, Any] | None] = contextvars.ContextVar("task", default=None)
        self.folder = ""
        self.api: dict[str, Any] = {}
        """Arguments of `use_api` for the current API."""
        self.print = builtins.print
        builtins.print = self._print
        self.handler = _Forwarder(self)
        logging.getLogger().addHandler(self.handler)

    def teardown(self, worker: Any) -> None:
        """Restore ``print`` and the root logger."""
        if builtins.print == self._print:
            builtins.print = self.print
        logging.getLogger().removeHandler(self.handler)

    def run(self, call: dict[str, Any], arguments: bytes, values: tuple[Any, ...]) -> Any:
        """Call a function, and return its value; see `run_task`."""
        key = call["key"]
        begin = getattr(self.worker.scheduler, BEGIN)(key=key, worker=self.worker.address, topic=call["topic"])
        earlier = asyncio.run_coroutine_threadsafe(begin, self.worker.loop.asyncio_loop).result()
        if earlier:
            raise RuntimeError(BEGAN_BEFORE, key, earlier)
        token = self.current.set(call)
        with self.lock:
            self.running[key] = threading.get_ident()
        self.send({"kind": "began", "worker": self.worker.address})
        try:
            self._enter_folder(call)
            self._prepare(call)
            positional, named = _Arguments(io.BytesIO(arguments), values).load()
            value = self._find_function(call)(*positional, **named)
            if inspect.iscoroutine(value):
                value = asyncio.run(value)
            _check_value(value, call)
        except BaseException as error:  # noqa: BLE001 - a function may raise anything
            self.send({"kind": "error", "data": dump_error(_without_own_frame(error))})
            raise RuntimeError(FAILED, key) from None
        else:
            return value
        finally:
            with self.lock:
                thread = self.running.pop(key)
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), None)  # came too late
            self.current.reset(token)

    def interrupt(self, key: str) -> None:
        """Raise ``KeyboardInterrupt`` in the thread of a running function, at its next line of Python."""
        with self.lock:
            thread = self.running.get(key)
            if thread is not None:
                interrupt = ctypes.py_object(KeyboardInterrupt)
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), interrupt)

    def send(self, message: dict[str, Any]) -> None:
        """Send an event of the running function to the process of the flow."""
        call = self.current.get()
        if call is not None:
            self.worker.log_event(call["topic"], {**message, "key": call["key"]})

    def _find_function(self, call: dict[str, Any]) -> Callable[..., Any]:
        """Return the function; calls of one function share its module-level names."""
        with self.lock:
            if call["hash"] not in self.functions:
                self.functions[call["hash"]] = cloudpickle.loads(call["function"])
            return self.functions[call["hash"]]

    def _enter_folder(self, call: dict[str, Any]) -> None:
        """Change to the working folder of the flow at its first function, so that relative paths mean the same."""
        with self.lock:
            if self.folder == call["folder"]:
                return
            self.folder = call["folder"]
            logging.getLogger().setLevel(call["level"])
        try:
            os.chdir(self.folder)
        except OSError as error:
            logging.getLogger("jupyter_pipeline").warning(
                "The worker %s cannot change to the folder %s (%s). Its relative paths start from %s.",
                *(self.worker.address, self.folder, error.strerror, os.getcwd()),  # noqa: PTH109 - a plain text
            )

    def _prepare(self, call: dict[str, Any]) -> None:
        """Call the function of the flow that comes before its first function in this process.

        A scheduler in Dask's configuration would compute persisted collections without the cluster that holds them.
        """
        with self.preparing:
            if call["api"] not in ({}, self.api):
                self.api = call["api"]
                use_api(**self.api)
            if call["before"] and call["before"] not in self.prepared:
                cloudpickle.loads(call["before"])()
                self.prepared.add(call["before"])
            scheduler = dask.config.get("scheduler", None)
            if scheduler not in (None, "dask.distributed", "distributed"):  # these search for a client
                dask.config.set(scheduler=None)
                message = (
                    "Dask's setting scheduler=%r does not apply on workers: collections are computed on the cluster"
                )
                logging.getLogger("jupyter_pipeline").warning(message, scheduler)

    def _print(self, *values: Any, **options: Any) -> None:
        if self.current.get() is None or options.get("file") not in (None, sys.stdout, sys.stderr):
            self.print(*values, **options)
            return
        buffer = io.StringIO()
        self.print(*values, **{**options, "file": buffer, "flush": False})
        is_error = options.get("file") is sys.stderr
        self.send({"kind": "print", "text": buffer.getvalue(), "is_error": is_error})


class _Forwarder(logging.Handler):
    """Handler of log records; their arguments and exceptions become text, as in ``QueueHandler``."""

    def __init__(self, plugin: TaskWorkerPlugin) -> None:
        super().__init__()
        self.plugin = plugin

    def emit(self, record: logging.LogRecord) -> None:
        if self.plugin.current.get() is None:
            return
        try:
            self.plugin.send({"kind": "log", "record": dict(_plain_fields(record))})
        except Exception:  # noqa: BLE001 - as every handler does
            self.handleError(record)


def _plain_fields(record: logging.LogRecord) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a record that are text or numbers."""
    text = record.exc_text
    if record.exc_info and not text:
        text = logging.Formatter().formatException(record.exc_info)
    for name, value in {**vars(record), "msg": record.getMessage(), "exc_text": text}.items():
        if name not in ("args", "exc_info", "message") and isinstance(value, str | int | float | None):
            yield name, value


class _Arguments(pickle.Unpickler):
    """Unpickler of arguments; values of earlier functions take their places."""

    def __init__(self, file: io.BytesIO, values: tuple[Any, ...]) -> None:
        super().__init__(file)
        self.values = values

    def persistent_load(self, pid: Any) -> Any:
        """Return the value at a position."""
        return self.values[int(pid)]


def _without_own_frame(error: BaseException) -> BaseException:
    """Return the error without the frame of this module at the top of its traceback."""
    trace = error.__traceback__
    return error.with_traceback(trace.tb_next if trace is not None else None)


def _check_value(value: Any, call: dict[str, Any]) -> None:
    """Check that any worker can get a value: it may stay on this one, and then nothing would show the fault.

    Raises
    ------
    TypeError
        If the value cannot be pickled.
    """
    parts = list(value) if isinstance(value, tuple) else [value]
    for number, part in enumerate(parts):
        if _is_number_array(part):
            continue  # a copy of a large array takes long
        try:
            serialize(part, on_error="raise")
        except Exception as error:  # noqa: BLE001 - any class of a notebook may fail here
            names = call["returns"]
            name = names[number] if len(names) == len(parts) else ""
            reason = str(error.__cause__ or error).partition("\n")[0]
            raise TypeError(
                f"{call['name']} returns {f'{name}, ' if name else ''}a {type(part).__name__} that cannot be sent to "
                f"another worker ({reason}). Use it in the same step, or deploy without --tasks-on workers."
            ) from None


def _is_number_array(value: Any) -> bool:
    """Return True for a NumPy array or scalar without Python objects, which any worker can get."""
    return type(value).__module__ == "numpy" and not getattr(getattr(value, "dtype", None), "hasobject", True)


def run_task(call: dict[str, Any], arguments: bytes, *values: Any) -> Any:
    """Call a function on this worker, and return its value.

    Parameters
    ----------
    call : dict
        ``key`` and ``topic`` of the call, ``function`` and its ``hash``, ``name`` and ``returns`` for messages,
        ``before``, the pickled function that this process calls once, before the first function,
        ``api``, the arguments of `use_api`, and ``folder`` and ``level`` of the flow's process.
    arguments : bytes
        Pickled arguments, with references to `values`.
    *values : Any
        Results of earlier functions.
    """
    plugin = get_worker().plugins.get(PLUGIN)
    if plugin is None:  # a worker that joins during the registration of plugins may miss it
        raise RuntimeError(NO_PLUGIN, call["key"])
    return plugin.run(call, arguments, values)


def small_or_length(value: Any, limit: int) -> Any:
    """Return the elements of a value if they are small, else their number; runs on a worker."""
    items = list(value)
    return items if sizeof(items) < limit else len(items)


async def interrupt_task(key: str, dask_worker: Any = None) -> None:
    """Interrupt a function on this worker. It is async because ``Client.run`` waits for all other functions."""
    plugin = dask_worker.plugins.get(PLUGIN)
    if plugin is not None:
        plugin.interrupt(key)
