"""Prefect task runner whose tasks call their functions on the workers of a cluster."""

from __future__ import annotations

import copy
import functools
import inspect
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from prefect.cache_policies import NO_CACHE, CachePolicy
from prefect.context import FlowRunContext
from prefect.futures import PrefectConcurrentFuture, PrefectFuture, PrefectFutureList, PrefectTaskRunFuture
from prefect.settings import get_current_settings
from prefect.states import Completed
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.utilities.collections import visit_collection

from jupyter_pipeline import environment_variables
from jupyter_pipeline.orchestration.service_state import HOSTS
from jupyter_pipeline.workflows.cluster_end import name_cluster_end
from jupyter_pipeline.workflows.step_clusters import find_step_name
from jupyter_pipeline.workflows.worker_results import Result, fetch
from jupyter_pipeline.workflows.worker_tasks import api_access
from jupyter_pipeline.workflows.worker_tasks.calls import WorkerCalls

if TYPE_CHECKING:
    import distributed
    from prefect import Task

    from jupyter_pipeline.workflows.step_clusters import StepCluster

__all__ = ["WorkerTaskRunner", "tasks_on"]


@contextmanager
def tasks_on(
    client: distributed.Client, steps: ModuleType, *, before: Callable[[], None] | None = None
) -> Iterator[WorkerTaskRunner]:
    """Run the tasks that a flow submits in this block on the workers of a cluster.

    Parameters
    ----------
    client : distributed.Client
        Client of the cluster, with its address and security. No other client of this process is used.
    steps : module
        Module of the functions that run on the workers. Tasks with other functions run in this process.
    before : callable, optional
        Function that each worker process calls once, before its first task, such as to set options of libraries.

    Yields
    ------
    WorkerTaskRunner
        The task runner of the block.
    """
    with WorkerTaskRunner(client, steps, before) as runner:
        context = FlowRunContext.get()
        if context is None:
            raise RuntimeError("Tasks run on workers inside a flow only.")
        with context.model_copy(update={"task_runner": runner}):
            yield runner


class WorkerTaskRunner(ThreadPoolTaskRunner):  # type: ignore[misc] # Prefect is not typed here
    """Task runner with Prefect's engine in a thread of this process, and the function of the task on a worker.

    Parameters
    ----------
    client : distributed.Client
        Client of the cluster.
    steps : module
        Module of the functions that run on the workers.
    before : callable, optional
        Function that each worker process calls once, before its first task.
    """

    def __init__(self, client: distributed.Client, steps: ModuleType, before: Callable[[], None] | None = None) -> None:
        super().__init__()
        self.client, self.steps, self.before = client, steps, before
        self._calls = WorkerCalls(client, before, api=_describe_api(client))
        self._others: list[StepWorkers] = []
        self._tasks: dict[int, tuple[Task[..., Any], Task[..., Any]]] = {}
        """Each submitted task and its copy that calls a worker, by ``id`` of the task."""

    def duplicate(self) -> WorkerTaskRunner:
        """Return a new task runner on the same cluster."""
        return type(self)(self.client, self.steps, self.before)

    def submit(
        self,
        task: Task[..., Any],
        parameters: dict[str, Any],
        wait_for: Iterable[PrefectFuture[Any]] | None = None,
        dependencies: dict[str, set[Any]] | None = None,
    ) -> WorkerFuture:
        """Submit a task, and return its future."""
        future = super().submit(self._prepare(task), parameters, wait_for, dependencies)
        return WorkerFuture(future.task_run_id, future.wrapped_future)

    def on(self, cluster: StepCluster) -> StepWorkers:
        """Return the workers of the cluster of single steps.

        Parameters
        ----------
        cluster : StepCluster
            The cluster; it starts with the first call.
        """
        workers = StepWorkers(cluster, self.before)
        self._others.append(workers)
        return workers

    def call(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Result:
        """Call a function on a worker from a task that runs in this process, and return its result by reference."""
        return _call(self._calls, function, arguments, named)

    def fetch(self, result: Any) -> Any:
        """Return the value of a result, copied to this process."""
        return fetch(result)

    def wait(self, *futures: PrefectFuture[Any] | PrefectFutureList[Any]) -> None:
        """Wait for tasks in order, and raise the first failure. The results stay on the workers."""
        for future in futures:
            for one in future if isinstance(future, PrefectFutureList) else [future]:
                _result(one)

    def split(self, future: PrefectFuture[Any], count: int) -> list[Any]:
        """Wait for a task that returns several values, and return each value by reference."""
        result = _result(future)
        if not isinstance(result, Result):  # a cached result
            return list(result)
        return [PartFuture(future.task_run_id, result.part(number)) for number in range(count)]

    def items(self, future: Any) -> list[Any]:
        """Wait for a task that returns a list, and return its elements, large ones by reference."""
        if isinstance(future, PrefectFutureList):
            return list(future)
        result = _result(future) if isinstance(future, PrefectFuture) else future
        return self._calls.items(result) if isinstance(result, Result) else list(result)

    def __enter__(self) -> WorkerTaskRunner:
        super().__enter__()
        self._calls.start()
        return self

    def __exit__(self, exc_type: Any, exc_value: Any, traceback: Any) -> None:
        if exc_type is not None and not issubclass(exc_type, Exception):  # an interrupt: do not wait for steps
            self._calls.interrupt()
            for workers in self._others:
                workers.interrupt()
        super().__exit__(exc_type, exc_value, traceback)
        self._calls.stop()
        for workers in self._others:
            workers.stop()
        self._tasks.clear()

    def _prepare(self, task: Task[..., Any]) -> Task[..., Any]:
        """Return the copy of a task that calls its function on a worker; a task of the flow's file runs here."""
        if id(task) not in self._tasks:
            self._tasks[id(task)] = (task, self._copy(task))
        return self._tasks[id(task)][1]

    def _copy(self, task: Task[..., Any]) -> Task[..., Any]:
        function, stores = task.fn, task.persist_result
        if stores is None:
            stores = get_current_settings().results.persist_by_default
        runs_on_worker = any(function is each for each in vars(self.steps).values())

        @functools.wraps(function)
        def call(*arguments: Any, **named: Any) -> Any:
            arguments, named = tuple(map(_plain, arguments)), {name: _plain(each) for name, each in named.items()}
            result = self.call(function, *arguments, **named) if runs_on_worker else function(*arguments, **named)
            return fetch(result) if stores else result

        prepared: Task[..., Any] = copy.copy(task)
        prepared.fn, prepared.isasync = call, False
        # Without stored results a cache key has no use, and its computation would fetch the inputs.
        prepared.cache_policy = _FetchedInputs(policy=task.cache_policy) if stores else NO_CACHE
        return prepared


class StepWorkers:
    """Workers of the cluster of single steps. Calling it returns the function of a step that runs on them.

    Parameters
    ----------
    cluster : StepCluster
        The cluster.
    before : callable, optional
        Function that each worker process calls once, before its first task.
    """

    def __init__(self, cluster: StepCluster, before: Callable[[], None] | None = None) -> None:
        self.cluster, self.before = cluster, before
        self._calls: WorkerCalls | None = None
        self._lock = threading.Lock()

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function of a step that runs on these workers.

        Parameters
        ----------
        function : callable
            Function of the step.
        """

        @functools.wraps(function)
        def run(*arguments: Any, **named: Any) -> Result:
            return self.call(function, *arguments, **named)

        return run

    def call(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Result:
        """Call a function on a worker, and return its result by reference."""
        calls = self._connect()
        cluster = self.cluster.cluster
        with name_cluster_end(cluster) if cluster else nullcontext():
            return _call(calls, function, arguments, named)

    def fetch(self, result: Any) -> Any:
        """Return the value of a result, copied to this process."""
        return fetch(result)

    def interrupt(self) -> None:
        """Let all waiting threads interrupt their functions and end."""
        if self._calls is not None:
            self._calls.interrupt()

    def stop(self) -> None:
        """Release arguments and stop receiving."""
        if self._calls is not None:
            self._calls.stop()

    def _connect(self) -> WorkerCalls:
        client = self.cluster.connect(find_step_name(self))
        with self._lock:
            if self._calls is None:
                self._calls = WorkerCalls(client, self.before, api=_describe_api(client))
                self._calls.start()
            return self._calls


class WorkerFuture(PrefectConcurrentFuture[Any]):  # type: ignore[misc] # Prefect is not typed here
    """Future of a task on a worker. Its result stays there until `result` is called."""

    def result(self, timeout: float | None = None, raise_on_failure: bool = True) -> Any:
        """Return the value of the task, copied to this process."""
        return fetch(super().result(timeout=timeout, raise_on_failure=raise_on_failure))

    def reference(self) -> Any:
        """Wait for the task, and return its result by reference."""
        return super().result()


class PartFuture(PrefectTaskRunFuture[Any]):  # type: ignore[misc] # Prefect is not typed here
    """One of the values that a completed task returned, by reference.

    Parameters
    ----------
    task_run_id : uuid.UUID
        Id of the task run.
    part : Result
        The value.
    """

    def __init__(self, task_run_id: Any, part: Result) -> None:
        super().__init__(task_run_id)
        self._part = part
        self._final_state = Completed(data=part)

    def wait(self, timeout: float | None = None) -> None:
        """Return: the task has completed."""

    def result(self, timeout: float | None = None, raise_on_failure: bool = True) -> Any:
        """Return the value, copied to this process."""
        return self._part.value()

    def reference(self) -> Result:
        """Return the value by reference."""
        return self._part

    def add_done_callback(self, fn: Callable[[PrefectFuture[Any]], None]) -> None:
        """Call a function with this future."""
        fn(self)


@dataclass
class _FetchedInputs(CachePolicy):  # type: ignore[misc] # Prefect is not typed here
    """Cache policy that computes its key from the values of inputs on workers."""

    policy: Any = None

    def compute_key(self, task_ctx: Any, inputs: Any, flow_parameters: Any, **more: Any) -> str | None:
        """Return the key of the task's own policy."""
        values = visit_collection(inputs, visit_fn=fetch, return_data=True)
        key: str | None = self.policy.compute_key(task_ctx, values, flow_parameters, **more)
        return key


def _describe_api(client: distributed.Client) -> dict[str, Any]:
    """Return the arguments of `use_api` on the workers of a cluster; empty if they do not get the credentials.

    They get them over encrypted connections of a cluster of this user alone. Steps on other clusters read secrets from
    their environment.
    """
    from jupyter_pipeline.clusters.security import has_own_authority

    api = get_current_settings().api
    if api.url is None or not has_own_authority(client.security):
        return {}
    secrets = {"PREFECT_API_KEY": api.key, "PREFECT_API_AUTH_STRING": api.auth_string}
    names = (environment_variables.SERVICE, environment_variables.SERVICE_API, "PREFECT_CLIENT_CUSTOM_HEADERS")
    return {
        "variables": {
            "PREFECT_API_URL": api.url,
            **{name: value.get_secret_value() for name, value in secrets.items() if value is not None},
            **{name: os.environ[name] for name in names if os.environ.get(name)},
        },
        "boot_id": api_access.read_boot_id() if urlsplit(api.url).hostname in HOSTS else None,
    }


def _call(
    calls: WorkerCalls, function: Callable[..., Any], arguments: Sequence[Any], named: Mapping[str, Any]
) -> Result:
    """Call a function on a worker with arguments that its cluster can use."""
    bound = inspect.signature(function).bind(*arguments, **named)
    step = find_step_name(function)
    for name, value in bound.arguments.items():
        bound.arguments[name] = calls.bring(value, step, name)
    return calls.call(function, bound.args, bound.kwargs)


def _plain(value: Any) -> Any:
    """Return a list in place of Prefect's list of a mapped task: workers do not need Prefect."""
    return list(value) if isinstance(value, PrefectFutureList) else value


def _result(future: PrefectFuture[Any]) -> Any:
    """Wait for a task, and return its result, by reference where it is on a worker."""
    return future.reference() if isinstance(future, WorkerFuture | PartFuture) else future.result()
