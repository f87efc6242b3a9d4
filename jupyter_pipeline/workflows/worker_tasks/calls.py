"""Call functions on the workers of one cluster, and wait for them in the calling thread.

The thread writes what the function prints and logs, so that the lines belong to its task. An exception in the thread,
such as the timeout of a task, interrupts the function.
"""

from __future__ import annotations

import ast
import collections
import contextlib
import hashlib
import inspect
import io
import itertools
import logging
import os
import queue
import sys
import textwrap
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from types import CodeType
from typing import TYPE_CHECKING, Any, ClassVar

import cloudpickle
from dask.sizeof import sizeof

from jupyter_pipeline.exceptions import ClusterError
from jupyter_pipeline.workflows import step_clusters
from jupyter_pipeline.workflows.worker_results import Result
from jupyter_pipeline.workflows.worker_tasks import api_access, errors, remote

if TYPE_CHECKING:
    import distributed

__all__ = ["WorkerCalls"]

_POLL = 0.2
"""Seconds after which a waiting thread looks for an exception that another thread raised in it."""
_DONE: Mapping[str, Any] = {"kind": "done"}
_REGISTRY = threading.Lock()


class WorkerCalls:
    """Calls of functions on the workers of one cluster.

    Parameters
    ----------
    client : distributed.Client
        Client of the cluster.
    before : callable, optional
        Function that each worker process calls once, before its first call.
    api : mapping, optional
        Arguments of `api_access.use_api` on the workers.
    """

    def __init__(
        self,
        client: distributed.Client,
        before: Callable[[], None] | None = None,
        *,
        api: Mapping[str, Any] | None = None,
    ) -> None:
        self.client, self.before, self.api = client, before, dict(api or {})
        self._topic = f"{remote.PLUGIN}-{uuid.uuid4().hex}"
        self._active: dict[str, queue.SimpleQueue[Mapping[str, Any]]] = {}
        self._functions: dict[int, dict[str, Any]] = {}
        self._sent: dict[int, tuple[Any, Result]] = {}
        self._brought: dict[int, tuple[Result, Any]] = {}
        self._lock = threading.Lock()
        self._bringing = threading.Lock()
        self._numbers = itertools.count(1)

    def start(self) -> None:
        """Register the plugins and receive the output of functions."""
        with _REGISTRY:
            for module in (api_access, errors, remote):
                cloudpickle.register_pickle_by_value(module)
        self._register()
        self.client.subscribe_topic(self._topic, self._receive)

    def stop(self) -> None:
        """Release arguments and stop receiving."""
        self._sent.clear()
        self._brought.clear()
        self._functions.clear()
        with contextlib.suppress(OSError):
            self.client.unsubscribe_topic(self._topic)

    def interrupt(self) -> None:
        """Let all waiting threads interrupt their functions and end."""
        for inbox in list(self._active.values()):
            inbox.put({"kind": "interrupt"})

    def call(self, function: Callable[..., Any], arguments: Sequence[Any], named: Mapping[str, Any]) -> Result:
        """Call a function on a worker, wait for it, and return a reference to its result.

        Parameters
        ----------
        function : callable
            Function that is pickled by value, or that the workers can import.
        arguments : sequence
            Positional arguments. Results of earlier calls do not leave the cluster. Results of other clusters are
            brought by `bring` before.
        named : mapping
            Named arguments.

        Raises
        ------
        ClusterError
            A worker ended with the function or with a result that it needs.
        BaseException
            The exception of the function.
        """
        described = self._describe(function)
        data, values = self._pickle(arguments, named)
        while True:
            key = f"{described['name']}-{next(self._numbers)}-{uuid.uuid4().hex[:12]}"
            try:
                return self._call_once(key, {**described, "key": key}, data, values)
            except _NoPluginError:
                self._register()

    def bring(self, value: Any, step: str, name: str) -> Any:
        """Return an argument with results of other clusters as values, each brought once.

        Parameters
        ----------
        value : object
            The argument: a result, a list of results, or another object.
        step, name : str
            Names of the step and of its parameter, for messages.
        """
        if type(value) is list and any(isinstance(item, Result) for item in value):
            return [self.bring(item, step, name) for item in value]
        if not isinstance(value, Result) or value.client is self.client:
            return value
        with self._bringing:
            if id(value) not in self._brought:
                copied = step_clusters.bring_result(value, self.client, step, name)
                self._brought[id(value)] = (value, self._scatter(copied) if sizeof(copied) >= remote.LARGE else copied)
            return self._brought[id(value)][1]

    def items(self, result: Result) -> list[Any]:
        """Return the elements of a result: small ones as values, large ones by reference."""
        found = result.client.submit(remote.small_or_length, result.future, remote.LARGE, pure=False).result()
        return found if isinstance(found, list) else [result.part(number) for number in range(found)]

    def _register(self) -> None:
        """Register the plugins; the scheduler keeps the first ones of their name."""
        self.client.register_plugin(remote.TaskSchedulerPlugin())
        self.client.register_plugin(remote.TaskWorkerPlugin())

    def _describe(self, function: Callable[..., Any]) -> dict[str, Any]:
        with self._lock:
            if id(function) not in self._functions:
                data = self._dump(function)
                self._functions[id(function)] = {
                    "self": function,  # its id is not used again
                    "function": data,
                    "hash": hashlib.sha256(data).hexdigest(),
                    "name": getattr(function, "__name__", "task"),
                    "returns": _find_returned_names(function),
                    "topic": self._topic,
                    "before": self._dump(self.before) if self.before else b"",
                    "api": self.api,
                    "folder": os.getcwd(),  # noqa: PTH109 - a plain text
                    "level": logging.getLogger().getEffectiveLevel(),
                }
            return {name: value for name, value in self._functions[id(function)].items() if name != "self"}

    def _dump(self, function: Callable[..., Any]) -> bytes:
        file = io.BytesIO()
        _Pickler(file, [], self.client).dump(function)
        return file.getvalue()

    def _pickle(self, arguments: Sequence[Any], named: Mapping[str, Any]) -> tuple[bytes, list[Result]]:
        """Return the pickled arguments, and the results that they refer to."""
        file, values = io.BytesIO(), list[Result]()
        _Pickler(file, values, self.client).dump(
            (tuple(map(self._send_large, arguments)), {n: self._send_large(v) for n, v in named.items()})
        )
        return file.getvalue(), values

    def _send_large(self, value: Any) -> Any:
        """Return a large value as a result on one worker, and send it only once."""
        if isinstance(value, Result) or sizeof(value) < remote.LARGE:
            return value
        with self._lock:
            if id(value) not in self._sent:
                self._sent[id(value)] = (value, self._scatter(value))
            return self._sent[id(value)][1]

    def _scatter(self, value: Any) -> Result:
        (future,) = self.client.scatter([value], hash=False)  # it would scatter the items of a collection
        return Result(future, self.client, frozenset())

    def _call_once(self, key: str, call: dict[str, Any], data: bytes, values: Sequence[Result]) -> Result:
        inbox = self._active[key] = queue.SimpleQueue()
        keys = frozenset[str]().union(*(result.keys for result in values))
        future = self.client.submit(
            remote.run_task, call, data, *(result.future for result in values), key=key, pure=False
        )
        future.add_done_callback(lambda _: inbox.put(_DONE))
        ended, worker, error = False, "", b""
        try:
            while True:
                message = self._next(inbox)
                kind = message["kind"]
                if kind == "done":
                    ended = True
                    break
                if kind == "print":
                    file = sys.stderr if message["is_error"] else sys.stdout
                    print(message["text"], end="", file=file)
                elif kind == "log":
                    record = logging.makeLogRecord(message["record"])
                    logging.getLogger(record.name).handle(record)
                elif kind == "began":
                    worker = message["worker"]
                elif kind == "error":
                    error = message["data"]
                elif kind == "lost":
                    ended = message["worker"] == worker  # nothing to stop
                    self._check_lost(message, key, keys, call["name"])
                elif kind == "interrupt":
                    raise KeyboardInterrupt
            self._raise_failure(future, error, call["name"])
            return Result(future, self.client, keys | {key})
        finally:
            if not ended:
                self._stop_call(key, worker or self._find_worker(inbox), future)
            del self._active[key]

    def _next(self, inbox: queue.SimpleQueue[Mapping[str, Any]]) -> Mapping[str, Any]:
        while True:
            try:
                return inbox.get(timeout=_POLL)
            except queue.Empty:
                if self.client.status in ("closing", "closed"):
                    raise ClusterError("The connection to the cluster is closed.") from None

    def _find_worker(self, inbox: queue.SimpleQueue[Mapping[str, Any]]) -> str:
        """Return the worker of a function that has just begun; empty if it has not."""
        with contextlib.suppress(queue.Empty):
            while True:
                message = inbox.get(timeout=_POLL)
                if message["kind"] == "began":
                    return str(message["worker"])
        return ""

    def _check_lost(self, message: Mapping[str, Any], key: str, keys: frozenset[str], name: str) -> None:
        if message["key"] == key:
            raise ClusterError(_lost_function(name, message["worker"]))
        if message["key"] in keys:
            raise ClusterError(_lost_result(message["key"], message["worker"]))

    def _raise_failure(self, future: distributed.Future, error: bytes, name: str) -> None:
        """Raise the failure of an ended call."""
        if future.status == "finished":
            return
        if error:
            raise errors.load_error(error)
        try:
            future.result()
        except RuntimeError as failure:
            match failure.args:
                case (remote.NO_PLUGIN, _):
                    raise _NoPluginError from None
                case (remote.BEGAN_BEFORE, key, worker) if key == future.key:
                    raise ClusterError(_lost_function(name, worker)) from None
                case (remote.BEGAN_BEFORE, key, worker):
                    raise ClusterError(_lost_result(key, worker)) from None
            raise

    def _stop_call(self, key: str, worker: str, future: distributed.Future) -> None:
        """Cancel a call, and interrupt its function."""
        with contextlib.suppress(Exception):  # the cluster may be gone; the first exception counts
            self.client.cancel([future], force=True)
            if worker:
                self.client.run(remote.interrupt_task, key, workers=[worker], wait=False)

    def _receive(self, event: tuple[float, Mapping[str, Any]]) -> None:
        """Pass an event to the threads that wait for it; called in the thread of the client."""
        message = event[1]
        if message["kind"] == "lost":
            for inbox in list(self._active.values()):
                inbox.put(message)
        elif (waiting := self._active.get(message["key"])) is not None:
            waiting.put(message)


class _NoPluginError(Exception):
    """The worker has no plugin yet."""


def _reduce_code(code: CodeType) -> tuple[Any, ...]:
    """Reduce code as cloudpickle does, but with its file: tracebacks name cells and lines of the notebook by it."""
    make, values = cloudpickle.Pickler.dispatch_table[CodeType](code)
    return make, tuple(code.co_filename if value == "<dynamic-code>" else value for value in values)


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc] # cloudpickle is untyped
    """Pickler that replaces results of the same cluster by their positions in a list, and keeps the files of code."""

    dispatch_table: ClassVar[Mapping[type, Any]] = collections.ChainMap(
        {CodeType: _reduce_code}, cloudpickle.Pickler.dispatch_table
    )

    def __init__(self, file: io.BytesIO, values: list[Result], client: distributed.Client) -> None:
        super().__init__(file)
        self.values, self.client = values, client

    def persistent_id(self, obj: Any) -> int | None:
        """Return the position of a result of this cluster; other objects are pickled."""
        if not isinstance(obj, Result) or obj.client is not self.client:
            return None
        if obj not in self.values:
            self.values.append(obj)
        return self.values.index(obj)


def _lost_function(name: str, worker: str) -> str:
    return f"The worker {worker} ended while it ran {name}. The step did not run again, since it may have side effects."


def _lost_result(key: str, worker: str) -> str:
    name = key.rsplit("-", 2)[0]
    return f"The worker {worker} ended with the result of {name}, and the step did not run again."


def _find_returned_names(function: Callable[..., Any]) -> list[str]:
    """Return the names in the last ``return`` of a function; empty if they are not names."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return []
    values = [node.value for node in ast.walk(tree) if isinstance(node, ast.Return) and node.value is not None]
    if not values:
        return []
    parts = values[-1].elts if isinstance(values[-1], ast.Tuple) else [values[-1]]
    return [part.id for part in parts if isinstance(part, ast.Name)]
