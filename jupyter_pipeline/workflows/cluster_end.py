"""Name the reason why the cluster of a run ended, in place of the error that a task got from it."""

from __future__ import annotations

import concurrent.futures
import re
import time
from asyncio import CancelledError
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from jupyter_pipeline.clusters.limits import is_limit
from jupyter_pipeline.exceptions import ClusterEndedError
from jupyter_pipeline.models import ClusterRecord, ClusterState
from jupyter_pipeline.units import format_bytes

if TYPE_CHECKING:
    from jupyter_pipeline.clusters.attached import AttachedCluster

__all__ = ["name_cluster_end"]

_LIBRARIES = ("dask", "distributed", "tornado")
_PLAIN = ("asyncio", "builtins", "concurrent", "socket", "ssl")
"""Modules of the standard library whose errors a connection of Dask raises."""
_CONNECTION = (OSError, TimeoutError, CancelledError, concurrent.futures.CancelledError)
_LOCAL = (FileNotFoundError, FileExistsError, PermissionError, IsADirectoryError, NotADirectoryError)
"""Errors of files, which are no errors of a connection."""
_CLOSED = re.compile(
    r"Client is (?:closed|closing)|already closed or closing Cluster|(?:IOLoop|ConnectionPool) is closed"
)
"""Texts of a ``RuntimeError`` of Dask about a connection that is closed."""
_PATIENCE = 15.0
"""Seconds within which the keeper writes the end of a cluster whose scheduler has gone."""
_POLL = 0.2


@contextmanager
def name_cluster_end(cluster: AttachedCluster) -> Iterator[None]:
    """Raise the reason of the cluster's end if the body fails because the cluster has ended.

    Parameters
    ----------
    cluster : AttachedCluster
        Cluster of the body.

    Raises
    ------
    ClusterEndedError
        The cluster ended or lost its workers; its message has the reason and the next step.
    """
    try:
        yield
    except BaseException as error:
        if killed := _describe_killed_worker(cluster, error):
            raise ClusterEndedError(killed) from error
        record = _find_end(cluster, error) if _is_from_cluster(error) else None
        if record is None:
            raise
        raise ClusterEndedError(_describe_end(record)) from error


def _describe_killed_worker(cluster: AttachedCluster, error: BaseException) -> str:
    """Return the reason why workers ended while they ran a task; empty for another error, or if it is not known."""
    if not any(type(each).__name__ == "KilledWorker" for each in _list_causes(error)):
        return ""
    from jupyter_pipeline.clusters import registry
    from jupyter_pipeline.clusters.cleanup.cluster_ends import describe_end

    record = cluster.record()
    end = describe_end(record, registry.cluster_dir(record.id))
    if any("memory budget" in line for line in end.worker_ends):
        size = f" of {format_bytes(end.memory_limit)}" if end.memory_limit else ""
        return (
            f"Workers of the cluster {record.name} exceeded their memory{size} and were killed during a task. "
            f"Use larger workers or smaller partitions: set the memory in the profile {record.profile!r}, and deploy "
            "again."
        )
    if cause := "; ".join([*end.job_ends[-1:], *end.worker_ends[-1:]]):
        fix = f"Read its log: jupyter pipeline cluster logs {record.name}"
        return f"Workers of the cluster {record.name} ended while they ran one task: {cause.rstrip('.')}. {fix}"
    return ""


def _find_end(cluster: AttachedCluster, error: BaseException) -> ClusterRecord | None:
    """Return the record of a cluster that has ended, or whose problem explains the error; ``None`` for another."""
    is_from_library = any(map(_is_from_library, _list_causes(error)))
    deadline = time.monotonic() + _PATIENCE
    while (record := cluster.record()).state is ClusterState.RUNNING:
        if record.reason and is_from_library:
            return record
        if time.monotonic() > deadline:
            return None
        time.sleep(_POLL)
    return record


def _is_from_cluster(error: BaseException) -> bool:
    """Return True if an error or one of its causes comes from Dask or from a connection."""
    for each in _list_causes(error):
        module = type(each).__module__.partition(".")[0]
        if module == "prefect" and isinstance(each, _CONNECTION):
            return False  # the timeout or the cancellation of a step
        if module in _LIBRARIES:
            return True
        if module in _PLAIN and isinstance(each, _CONNECTION) and not isinstance(each, _LOCAL):
            return True
        if isinstance(each, RuntimeError) and _CLOSED.search(str(each)):
            return True
    return False


def _is_from_library(error: BaseException) -> bool:
    """Return True if the type of an error is one of Dask's, which raises the plain ``TimeoutError``, too."""
    return type(error) is TimeoutError or type(error).__module__.partition(".")[0] in _LIBRARIES


def _list_causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and its causes."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def _describe_end(record: ClusterRecord) -> str:
    reason = record.reason.rstrip(".") or f"It is {record.state}"
    if is_limit(reason):
        fix = f"Raise its limits in the profile {record.profile!r}, and deploy again."
    else:
        fix = f"Read its log: jupyter pipeline cluster logs {record.name}"
    verb = "has a problem" if record.state is ClusterState.RUNNING else "ended during the run"
    return f"The cluster {record.name} {verb}: {reason}. {fix}"
