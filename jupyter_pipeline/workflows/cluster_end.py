"""Name the reason why the cluster of a run ended, in place of the error that a task got from it."""

from __future__ import annotations

import concurrent.futures
import time
from asyncio import CancelledError
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from jupyter_pipeline.clusters.limits import is_limit
from jupyter_pipeline.exceptions import ClusterEndedError
from jupyter_pipeline.models import ClusterRecord, ClusterState

if TYPE_CHECKING:
    from jupyter_pipeline.clusters.attached import AttachedCluster

__all__ = ["name_cluster_end"]

_LIBRARIES = ("dask", "distributed", "tornado")
_CONNECTION = (OSError, TimeoutError, CancelledError, concurrent.futures.CancelledError)
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
        record = _find_end(cluster) if _is_from_cluster(error) else None
        if record is None:
            raise
        raise ClusterEndedError(_describe_end(record)) from error


def _find_end(cluster: AttachedCluster) -> ClusterRecord | None:
    """Return the record of a cluster that has ended or that reports a problem; ``None`` for another cluster."""
    deadline = time.monotonic() + _PATIENCE
    while (record := cluster.record()).state is ClusterState.RUNNING:
        if record.reason:
            return record
        if time.monotonic() > deadline:
            return None
        time.sleep(_POLL)
    return record


def _is_from_cluster(error: BaseException) -> bool:
    """Return True if an error or one of its causes comes from Dask or from a connection."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        if isinstance(current, _CONNECTION) or type(current).__module__.partition(".")[0] in _LIBRARIES:
            return True
        if isinstance(current, RuntimeError) and "client" in str(current).lower():
            return True  # "Cannot use a closed client" and the like
        current = current.__cause__ or current.__context__
    return False


def _describe_end(record: ClusterRecord) -> str:
    reason = record.reason.rstrip(".") or f"It is {record.state}"
    if is_limit(reason):
        fix = f"Raise its limits in the profile {record.profile!r}, and deploy again."
    else:
        fix = f"Read its log: jupyter pipeline cluster logs {record.name}"
    verb = "has a problem" if record.state is ClusterState.RUNNING else "ended during the run"
    return f"The cluster {record.name} {verb}: {reason}. {fix}"
