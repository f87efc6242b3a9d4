"""The record of one job."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from jupyter_pipeline.models import Record

__all__ = ["Job", "summarize_pending"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(Record):
    """One job of a cluster: a batch job, or the cluster of a service."""

    id: str
    name: str = ""
    """Name of the job in the batch system."""
    label: str = ""
    """Tag, dot and number of the worker, found in the name or another field of the job."""
    tag: str = ""
    """Id of the cluster, if the job belongs to one of this project."""
    state: str = ""
    """``pending``, ``running``, ``ending`` or ``ended``."""
    reason: str = ""
    """Reason of the batch system why the job is pending or has ended."""
    host: str = ""
    backend: str = ""
    """Name of the backend that can cancel the job."""
    owner: str = ""
    submitted: float = 0.0
    """Time of the submission in seconds since the epoch, 0 if it is unknown."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables that select the job's batch system."""


def summarize_pending(jobs: Iterable[Job]) -> str:
    """Return the number of pending jobs and their reasons as text, empty if no job is pending.

    Examples
    --------
    >>> summarize_pending([Job(id="1", state="pending", reason="Resources"), Job(id="2", state="running")])
    '1 job waits: Resources'
    """
    pending = [job for job in jobs if job.state == "pending"]
    if not pending:
        return ""
    reasons = "; ".join(sorted({job.reason for job in pending if job.reason}))
    number = "1 job waits" if len(pending) == 1 else f"{len(pending)} jobs wait"
    return f"{number}: {reasons}" if reasons else number
