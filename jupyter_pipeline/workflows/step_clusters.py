"""Run steps of a flow on clusters of their own, and exchange results between the clusters.

1. A cluster starts when the first of its steps starts, in the thread of that step. So clusters of independent steps
   start in parallel. It stops after its last steps, and at the latest at the end of the flow.
2. A step gets its results by reference from the steps of the same cluster. From other clusters it gets values: they are
   computed where they belong, brought to this process if they are small enough, and otherwise refused with their size.
3. The functions of the steps run in threads of the flow's process. Each thread has its own current client, because
   Dask's default client and configuration belong to the whole process.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from jupyter_pipeline import audit
from jupyter_pipeline.exceptions import ClusterError, ClusterStartError, PipelineError
from jupyter_pipeline.models import STEP_PROFILES
from jupyter_pipeline.units import format_bytes
from jupyter_pipeline.workflows import run_context
from jupyter_pipeline.workflows.cluster_end import name_cluster_end
from jupyter_pipeline.workflows.worker_results import Result

if TYPE_CHECKING:
    import distributed

    from jupyter_pipeline.clusters.attached import AttachedCluster

__all__ = [
    "LARGEST",
    "StepCluster",
    "bring_result",
    "configuration",
    "find_foreign",
    "find_step_name",
    "persist_results",
    "receive",
    "receive_results",
]

LARGEST = 2**30
"""Maximum size in bytes of a result that moves from one cluster to another."""

_DEPTH = 4
"""Depth to which attributes of objects are searched for references to clusters."""

_PATIENCE = 30.0
"""Seconds within which the scheduler learns of data that a result refers to."""
_POLL = 0.02
"""Seconds between two questions for it."""

_NO_CLIENT: Any = object()
"""In place of a client, for values whose references are all to another cluster."""

Function = TypeVar("Function", bound=Callable[..., Any])


class _Configuration:
    """Lock of Dask's configuration: many steps use it at a time, or one thread changes it."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._users = 0
        self._changes = 0

    @contextlib.contextmanager
    def use(self) -> Iterator[None]:
        """Use the configuration, after its changes."""
        with self._condition:
            self._condition.wait_for(lambda: not self._changes)
            self._users += 1
        try:
            yield
        finally:
            with self._condition:
                self._users -= 1
                self._condition.notify_all()

    @contextlib.contextmanager
    def change(self) -> Iterator[None]:
        """Change the configuration: wait for its users, and let new ones wait."""
        with self._condition:
            self._changes += 1
        try:  # an exception in the thread, such as a timeout, may end the wait
            with self._condition:
                self._condition.wait_for(lambda: not self._users)
            yield
        finally:
            with self._condition:
                self._changes -= 1
                self._condition.notify_all()


configuration = _Configuration()
"""Lock of Dask's configuration in this process."""

_open: list[StepCluster] = []
"""Clusters of the running flow."""


class StepCluster:
    """Cluster of the steps with one profile. Calling it wraps the function of a step.

    Parameters
    ----------
    profile : str
        Name of the profile. A run of a deployment uses the copy from the deploy, ``profiles/PROFILE.yaml`` in the
        folder of the flow. Other runs search for the profile from that folder.
    flow_file : str
        ``__file__`` of the flow. Modules imported from its folder are sent to the workers by value.
    cpus, memory, gpus : int, str, int, optional
        Size of each worker instead of the profile's: the largest request of its steps.

    Examples
    --------
    >>> with StepCluster("slurm", __file__) as slurm_cluster:  # doctest: +SKIP
    ...     task(slurm_cluster(steps.reduce)).submit()
    """

    def __init__(self, profile: str, flow_file: str, *, cpus: int = 0, memory: str = "", gpus: int = 0) -> None:
        self.profile = profile
        self.folder = Path(flow_file).absolute().parent
        self.size = {"cpus": cpus, "memory": memory, "gpus": gpus}
        self._lock = threading.Lock()
        self._cluster: AttachedCluster | None = None
        self._client: distributed.Client | None = None
        self._closing: list[threading.Thread] = []
        self._settings = contextlib.ExitStack()
        self._output = contextlib.ExitStack()

    def __enter__(self) -> Self:
        self._settings.enter_context(_clients_compute())
        _open.append(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _open.remove(self)
        with self._settings:
            for thread in self._closing:
                thread.join()
            self.close()

    def __call__(self, function: Function) -> Function:
        """Return the function of a step that runs with this cluster.

        Parameters
        ----------
        function : callable
            Function of the step.
        """
        return _wrap(function, self.connect, persists=False)

    def persist(self, function: Function) -> Function:
        """Return the function of a step that runs with this cluster, and computes its lazy results there.

        Parameters
        ----------
        function : callable
            Function of the step.
        """
        return _wrap(function, self.connect, persists=True)

    def connect(self, step: str) -> distributed.Client:
        """Return the client of the cluster, which starts if it does not run yet.

        Parameters
        ----------
        step : str
            Name of the step, for messages.

        Raises
        ------
        ClusterStartError
            If the cluster does not start. The message names the step and the profile.
        """
        with self._lock:
            if self._client is None:
                self._client = run_context.find_run_client(self.profile) or self._start(step)
            return self._client

    @property
    def client(self) -> distributed.Client | None:
        """Client of the cluster, if it runs."""
        return self._client

    @property
    def cluster(self) -> AttachedCluster | None:
        """The cluster, if it runs and is not the cluster of the run."""
        return self._cluster

    def close_after(self, *futures: Any) -> None:
        """Stop the cluster when the last of its steps have ended.

        Parameters
        ----------
        *futures : PrefectFuture or PrefectFutureList
            Futures of these steps.
        """
        every = [one for each in futures for one in (each if isinstance(each, Sequence) else [each])]
        waiting = set(range(len(every)))
        lock = threading.Lock()

        def end(number: int) -> None:
            with lock:
                waiting.discard(number)
                if waiting:
                    return
            thread = threading.Thread(target=self.close, name=f"close-{self.profile}")
            thread.start()
            self._closing.append(thread)

        if not every:
            return
        for number, future in enumerate(every):
            future.add_done_callback(lambda _, number=number: end(number))

    def close(self) -> None:
        """Stop the cluster. On return, all its processes and jobs have ended. No-op if it has not started."""
        with self._lock:
            cluster, self._cluster, self._client = self._cluster, None, None
            output, self._output = self._output, contextlib.ExitStack()
            output.close()
            if cluster is not None:
                cluster.close()
                run_context.find_logger().info("Stopped the cluster %s of the profile %r", cluster.name, self.profile)

    def _start(self, step: str) -> distributed.Client:
        from jupyter_pipeline.clusters import backends, profiles
        from jupyter_pipeline.workflows.clusters import start_cluster
        from jupyter_pipeline.workflows.run_logs.cluster_output import log_workers

        begun = time.monotonic()
        run_context.find_logger().info("Starting a cluster of the profile %r for the step %r", self.profile, step)
        try:
            source = run_context.find_stored_profile(self.folder / STEP_PROFILES, self.profile)
            found = profiles.get_profile(source, cwd=self.folder)
            size = backends.get_backend(found).size_workers(found, **self.size)  # type: ignore[arg-type]
            name = f"{self.profile[:36]}-step-{os.getpid()}"
            with audit.enter_front_door("run"):
                cluster = start_cluster(
                    source, name=name, overrides=size, owner="kernel", cwd=self.folder, set_as_default=False
                )
            try:
                client = cluster.get_client(set_as_default=False)
                run_context.send_by_value(self.folder)
                if cluster.record().workers_wanted:
                    client.wait_for_workers(1, timeout=cluster.record().limits.start_timeout)
                self._output.enter_context(log_workers(cluster, client))
            except BaseException:
                cluster.close()
                raise
        except (PipelineError, OSError) as error:
            raise ClusterStartError(
                f"The cluster of the step {step!r}, of its profile {self.profile!r}, did not start: {error}"
            ) from error
        self._cluster = cluster
        seconds = time.monotonic() - begun
        run_context.find_logger().info("The cluster %s of the step %r runs (%.1f s)", cluster.name, step, seconds)
        return client


def receive_results(function: Function) -> Function:
    """Return the function of a step outside of other clusters, which reads results of steps on them.

    Parameters
    ----------
    function : callable
        Function of the step.
    """
    return _wrap(function, _find_run_client, persists=False)


def persist_results(function: Function) -> Function:
    """Return the function of a step on the run's cluster that computes its lazy results there.

    Parameters
    ----------
    function : callable
        Function of the step.
    """
    return _wrap(function, _find_run_client, persists=True)


def _find_run_client(step: str) -> distributed.Client | None:
    return run_context.find_run_client()


def _wrap(function: Function, connect: Callable[[str], distributed.Client | None], *, persists: bool) -> Function:
    """Return `function` with a current client, and with arguments that this client can use."""
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def run_async(*args: Any, **keywords: Any) -> Any:
            import asyncio

            step = find_step_name(function)
            client = await asyncio.to_thread(connect, step)
            with configuration.use(), _current(client):
                bound = await asyncio.to_thread(receive, function, args, keywords, client, step)
                result = await function(*bound.args, **bound.kwargs)
                return await asyncio.to_thread(_persist, result, client) if persists else result

        return run_async  # type: ignore[return-value]

    @functools.wraps(function)
    def run(*args: Any, **keywords: Any) -> Any:
        step = find_step_name(function)
        client = connect(step)
        with configuration.use(), _current(client):
            bound = receive(function, args, keywords, client, step)
            result = function(*bound.args, **bound.kwargs)
            return _persist(result, client) if persists else result

    return run  # type: ignore[return-value]


@contextlib.contextmanager
def _current(client: distributed.Client | None) -> Iterator[None]:
    """Make a client the current one of this thread.

    `distributed.Client.as_current` sets Dask's configuration, too, which all threads share: a step without a cluster
    that runs at the same time would look for a client.
    """
    from distributed.client import _current_client

    token = _current_client.set(client)
    cluster = next((each.cluster for each in _open if client is not None and each.client is client), None)
    try:
        with name_cluster_end(cluster) if cluster else contextlib.nullcontext():
            yield
    finally:
        _current_client.reset(token)


@contextlib.contextmanager
def _clients_compute() -> Iterator[None]:
    """Let Dask compute with the current client of each thread, as a default client does in a notebook.

    Dask prefers a scheduler in its configuration, which a notebook, a file or a variable sets, to a current client.
    """
    import dask

    scheduler = dask.config.get("scheduler", None)
    if scheduler in (None, "dask.distributed", "distributed"):  # these search for a client
        yield
        return
    message = "Dask's setting scheduler=%r does not apply in this flow: the clusters of its steps replace it"
    run_context.find_logger().info(message, scheduler)
    with dask.config.set(scheduler=None):
        yield


def find_step_name(function: Callable[..., Any]) -> str:
    """Return the name of the running task, or of the function outside of a run."""
    with contextlib.suppress(ImportError):
        from prefect.context import TaskRunContext

        if (context := TaskRunContext.get()) is not None:
            return str(context.task.name)
    return getattr(function, "__name__", "step")


# Results


def receive(
    function: Callable[..., Any],
    args: Sequence[Any],
    keywords: dict[str, Any],
    client: distributed.Client | None,
    step: str,
) -> inspect.BoundArguments:
    """Return the arguments of a step as values that its client can use."""
    bound = inspect.signature(function).bind(*args, **keywords)
    for name, value in bound.arguments.items():
        bound.arguments[name] = _localize(value, client, step, name)
    return bound


def bring_result(result: Result, client: distributed.Client | None, step: str, name: str) -> Any:
    """Return the value of a result on the workers of another cluster as a value that a step can use.

    Parameters
    ----------
    result : Result
        The result.
    client : distributed.Client, optional
        Client of the step that reads the result.
    step, name : str
        Names of this step and of its parameter, for messages.

    Raises
    ------
    ClusterError
        If the value is too large, or refers to its cluster.
    """
    with _current(result.client):
        _wait([result.future])
    size = sum(result.client.nbytes([result.future.key], summary=False).values())
    _check_size(size, "a result", result.client, step, name)
    value = result.value()
    local = _localize(value, client, step, name, owner=result.client)
    if local is value:  # `_bring` logs collections
        place = _describe(result.client)
        run_context.find_logger().info("Brought %r (%s) from the cluster of %s", name, format_bytes(size), place)
    return local


def _localize(
    value: Any, client: distributed.Client | None, step: str, name: str, owner: distributed.Client | None = None
) -> Any:
    """Return a result without references to clusters of other clients.

    Lazy collections are computed on the cluster of `owner`, if it is set.
    """
    import distributed
    from dask.base import is_dask_collection

    if isinstance(value, Result):
        return value if value.client is client else bring_result(value, client, step, name)
    if isinstance(value, distributed.Client):
        if client is None:
            raise ClusterError(
                f"The step {step!r} reads the client {name!r} of another step's cluster, and has no cluster. "
                "Give it the same --profile."
            )
        if value is not client:
            run_context.find_logger().info("The step %r uses its own cluster in place of the client %r", step, name)
        return client
    if is_dask_collection(value):
        return _bring(value, client, step, name, owner)
    if type(value) in (list, tuple, set):
        items = [_localize(item, client, step, name, owner) for item in value]
        return value if all(new is old for new, old in zip(items, value, strict=True)) else type(value)(items)
    if type(value) is dict:
        items = [_localize(item, client, step, name, owner) for item in value.values()]
        changed = any(new is not old for new, old in zip(items, value.values(), strict=True))
        return dict(zip(value, items, strict=True)) if changed else value
    if (hidden := find_foreign(value, client if owner is None else _NO_CLIENT)) is not None:
        raise ClusterError(
            f"The step {step!r} reads {name!r}, a {type(value).__name__} with a {hidden} of another cluster. Give both "
            "steps the same --profile, or return the computed value."
        )
    return value


def _bring(
    collection: Any,
    client: distributed.Client | None,
    step: str,
    name: str,
    owner: distributed.Client | None = None,
) -> Any:
    """Return a Dask collection whose data is on no cluster of another client. The cluster of `owner` is one, too."""
    import dask
    from distributed import futures_of

    futures = futures_of(collection)
    # A future in a value that came from a worker has no client yet: it belongs to `owner`.
    clients = [future.client or owner for future in futures]
    owners = {id(each): each for each in [*clients, owner] if each is not None and each is not client}
    if not owners:
        return collection
    if len(owners) > 1 or any(each is client for each in clients):
        raise ClusterError(f"The step {step!r} reads {name!r}, which is on several clusters. Return its parts.")
    (source,) = owners.values()
    kind = type(collection).__name__
    _wait_for_keys([future.key for future in futures if future.client is None], kind, source, step, name)
    with _current(source):  # functions of distributed take the current client
        held = source.persist(collection)  # computes the rest where the data is
        parts = {future.key: future for future in futures_of(held)}
        _wait(list(parts.values()))
        size = sum(source.nbytes(list(parts), summary=False).values())
        _check_size(size, kind, source, step, name)

        def gather(graph: Any, keys: Any, **options: Any) -> Any:
            return source.get(graph, keys)

        (local,) = dask.persist(held, scheduler=gather)  # a collection of the same kind that holds its data
    place = _describe(source)
    run_context.find_logger().info("Brought %r (%s) from the cluster of %s", name, format_bytes(size), place)
    return local


def _wait_for_keys(keys: Sequence[Any], kind: str, owner: distributed.Client, step: str, name: str) -> None:
    """Wait until the scheduler has the keys of a collection that a worker persisted.

    The worker submits them on another connection than its result, which may arrive first.

    Raises
    ------
    ClusterError
        If the scheduler does not have them in time: no worker refers to the data any more.
    """

    def has_keys(dask_scheduler: Any) -> bool:  # a local function, so that it is pickled by value
        return all(key in dask_scheduler.tasks for key in keys)

    deadline = time.monotonic() + _PATIENCE
    while keys and not owner.run_on_scheduler(has_keys):
        if time.monotonic() > deadline:
            raise ClusterError(
                f"The step {step!r} reads {name!r}, {kind}, whose persisted data the cluster of {_describe(owner)} has "
                "released. Return it without persist(), or give both steps the same --profile."
            )
        time.sleep(_POLL)


def _check_size(size: int, kind: str, owner: distributed.Client, step: str, name: str) -> None:
    if size > LARGEST:
        raise ClusterError(
            f"The step {step!r} reads {name!r}, {kind}, {format_bytes(size)} on the cluster of {_describe(owner)}. At "
            f"most {format_bytes(LARGEST)} can move to another cluster. Give both steps the same --profile, or write "
            "it to files that both clusters can read, and return the path."
        )


def _wait(futures: Sequence[distributed.Future]) -> None:
    """Wait for futures of the current client, and raise the first error."""
    from distributed import wait

    wait(futures)
    for future in futures:
        if future.status != "finished":
            future.result()


def _describe(client: distributed.Client) -> str:
    """Return the profile of the cluster of a client, for messages."""
    found = (cluster.profile for cluster in list(_open) if cluster._client is client)
    return next((f"the profile {profile!r}" for profile in found), "the run")


def _persist(result: Any, client: distributed.Client | None) -> Any:
    """Compute the lazy collections in a result on the cluster, and return the result with references to them."""
    from dask.base import is_dask_collection
    from distributed import futures_of

    if client is None:
        return result
    if is_dask_collection(result):
        held = client.persist(result)
        _wait(futures_of(held))
        return held
    if type(result) in (list, tuple, set):
        return type(result)([_persist(item, client) for item in result])
    if type(result) is dict:
        return {key: _persist(item, client) for key, item in result.items()}
    return result


def find_foreign(value: Any, client: distributed.Client | None, depth: int = _DEPTH) -> str | None:
    """Return the type of a future, collection or client of another cluster in an object; ``None`` without one."""
    import distributed
    from dask.base import is_dask_collection
    from distributed import futures_of

    if isinstance(value, distributed.Future):
        return None if value.client is client else "Future"
    if isinstance(value, distributed.Client):
        return None if value is client else "Client"
    if is_dask_collection(value):
        return type(value).__name__ if any(f.client is not client for f in futures_of(value)) else None
    if depth == 0 or isinstance(value, str | bytes | int | float | type | ModuleType) or callable(value):
        return None
    if isinstance(value, dict):
        inner: list[Any] = list(value.values())
    elif isinstance(value, list | tuple | set):
        inner = list(value)
    elif type(value).__module__.partition(".")[0] in ("pandas", "numpy", "builtins"):
        return None
    else:
        inner = list(getattr(value, "__dict__", {}).values())
    return next((found for item in inner if (found := find_foreign(item, client, depth - 1))), None)
