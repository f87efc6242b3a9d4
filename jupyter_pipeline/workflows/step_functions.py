"""Run steps of a flow as functions of Coiled, on machines of their own: ``%%step NAME --function``.

1. The machines start when the first of the functions starts, and stop at the end of the flow.
2. With the variable ``JUPYTER_PIPELINE_FUNCTIONS=local``, as in a rehearsal, processes of this host take their place.
3. Coiled changes Dask's configuration of this process while machines start. No step on a cluster runs at that time.
"""

from __future__ import annotations

import contextlib
import functools
import os
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from jupyter_pipeline import environment_variables
from jupyter_pipeline.clusters.backends import coiled_functions
from jupyter_pipeline.exceptions import ClusterError, ClusterStartError
from jupyter_pipeline.workflows import run_context, step_clusters

__all__ = ["StepFunctions"]

Function = TypeVar("Function", bound=Callable[..., Any])


class StepFunctions:
    """Functions of Coiled with the same machines. Calling it wraps the function of a step.

    Parameters
    ----------
    flow_file : str
        ``__file__`` of the flow. Modules imported from its folder are sent to the machines by value.
    cpus, memory, gpus : int, str, int, optional
        Size of each machine.
    region : str, optional
        Region of the machines; by default the region of the account.

    Examples
    --------
    >>> with StepFunctions(__file__, memory="64GiB", region="us-east-2") as functions:  # doctest: +SKIP
    ...     task(functions(steps.convert)).submit("a.json")
    """

    def __init__(self, flow_file: str, *, cpus: int = 0, memory: str = "", gpus: int = 0, region: str = "") -> None:
        self.folder = Path(flow_file).absolute().parent
        self.size: dict[str, Any] = {"cpus": cpus, "memory": memory, "gpus": gpus, "region": region}
        self.is_local = os.environ.get(environment_variables.FUNCTIONS, "") == "local"
        self.name = f"jupyter-pipeline-{uuid.uuid4().hex[:12]}"
        self._lock = threading.Lock()
        self._cluster: Any = None
        self._client: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __call__(self, function: Function) -> Function:
        """Return the function of a step that runs on one of the machines.

        Parameters
        ----------
        function : callable
            Function of the step.
        """

        @functools.wraps(function)
        def run(*args: Any, **keywords: Any) -> Any:
            step = step_clusters.find_step_name(function)
            bound = step_clusters.receive(function, args, keywords, None, step)

            def call() -> Any:
                return function(*bound.args, **bound.kwargs)

            remote = self._prepare(call, step)
            with _name_lost_machines(step):
                # A pure function would get the result of an earlier attempt with the same arguments.
                return _check(remote.submit(pure=False).result(), step)

        return run  # type: ignore[return-value]

    def map(self, function: Function, *, over: str) -> Function:
        """Return the function of a step that runs for all elements of a list at once.

        Parameters
        ----------
        function : callable
            Function of one element.
        over : str
            Parameter of the element; the returned function takes the list.
        """

        @functools.wraps(function)
        def run(*args: Any, **keywords: Any) -> Any:
            step = step_clusters.find_step_name(function)
            shared = dict(step_clusters.receive(function, args, keywords, None, step).arguments)
            items = list(shared.pop(over))
            if not items:
                return []

            def call(element: Any) -> Any:
                return function(**{over: element, **shared})

            remote = self._prepare(call, step)
            with _name_lost_machines(step):
                return [_check(result, step) for result in remote.map(items)]

        return run  # type: ignore[return-value]

    def close(self) -> None:
        """Stop the machines. No-op if they have not started."""
        with self._lock:
            client, cluster, self._client, self._cluster = self._client, self._cluster, None, None
        if cluster is None:
            return
        try:
            if client is not None:
                client.close()
        finally:
            cluster.close()
            run_context.find_logger().info("Stopped the machines %s", self.name)

    def _prepare(self, function: Callable[..., Any], step: str) -> Any:
        """Return a function of Coiled whose machines run.

        Coiled copies the attributes of `function` to its object, and the machines may lack this package: pass a
        function without attributes that is defined inside another one.
        """
        remote = coiled_functions.make_function(function, name=self.name, local=self.is_local, **self.size)
        with self._lock:
            # Coiled would replace machines that ended in the meantime, with a changed configuration of Dask.
            if self._client is None or self._client.status != "running":
                self._start(remote, step)
        return remote

    def _start(self, remote: Any, step: str) -> None:
        place = "processes of this host" if self.is_local else "machines of Coiled"
        run_context.find_logger().info("Starting %s for the step %r", place, step)
        coiled_functions.check_credentials(step)  # Coiled reports local functions to its server, too
        run_context.send_by_value(self.folder)
        with step_clusters.configuration.change():
            try:
                self._cluster = remote.cluster  # starts the machines; from now on, `close` stops them
                self._client = remote.client
            except Exception as error:
                reason = " ".join(str(error).split()) or type(error).__name__
                raise ClusterStartError(
                    f"The machines of the step {step!r}, --function, did not start: {reason}"
                ) from error


@contextlib.contextmanager
def _name_lost_machines(step: str) -> Iterator[None]:
    """Name the step in the errors of Dask about machines that ended."""
    from distributed import KilledWorker
    from distributed.client import CancelledError

    try:
        yield
    except KilledWorker as error:
        raise ClusterError(
            f"The step {step!r}, a --function, ended the process of its machine each time that it ran. A common cause "
            "is its memory: request more with --memory."
        ) from error
    except CancelledError as error:
        raise ClusterError(
            f"The machines of the step {step!r}, a --function, ended while it ran. See why in the web pages of Coiled."
        ) from error


def _check(result: Any, step: str) -> Any:
    """Return a result that is no reference to the machines."""
    hidden = step_clusters.find_foreign(result, None)
    from dask.base import is_dask_collection

    if hidden or is_dask_collection(result):
        raise ClusterError(
            f"The step {step!r}, a --function, returned a {hidden or type(result).__name__}, which stays on its "
            "machines. Compute it in the step."
        )
    return result
