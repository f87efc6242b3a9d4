"""Run a cell on every worker of a cluster."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.exceptions import ClusterError

if TYPE_CHECKING:
    import distributed

__all__ = ["WorkerOutput", "run_on_workers"]


@dataclass(frozen=True, slots=True)
class WorkerOutput:
    """Output that is equal on some workers."""

    workers: tuple[str, ...]
    """Addresses of the workers."""
    output: str
    """Standard output and error."""
    value: str
    """Representation of the last expression; empty for none."""
    error: str
    """Traceback; empty for none."""


def run_on_workers(client: distributed.Client, source: str) -> list[WorkerOutput]:
    """Run Python code on each worker that is connected now, and wait for all of them.

    Parameters
    ----------
    client : distributed.Client
        Synchronous client of the cluster.
    source : str
        Python code. It sees no variable of the notebook. Its names stay on the worker until the worker ends.

    Returns
    -------
    list of WorkerOutput
        One item per distinct output, in the order of the workers' addresses.

    Raises
    ------
    ClusterError
        If the cluster has no worker.
    """
    import cloudpickle

    from jupyter_pipeline.workflows.worker_cells import remote

    cloudpickle.register_pickle_by_value(remote)  # workers may lack this package
    answers: dict[str, Any] = client.run(remote.run_cell, source, on_error="return")
    if not answers:
        raise ClusterError("The cluster has no worker. Add one: %cluster scale 1")
    grouped: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for address, answer in sorted(answers.items()):
        if isinstance(answer, BaseException):
            answer = {"output": "", "value": "", "error": f"{type(answer).__name__}: {answer}"}
        grouped[answer["output"], answer["value"], answer["error"]].append(address)
    return [WorkerOutput(tuple(workers), *texts) for texts, workers in grouped.items()]
