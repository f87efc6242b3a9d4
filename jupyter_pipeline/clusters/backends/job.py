"""The record of one job."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jupyter_pipeline.models import Record

__all__ = ["Job", "summarize_pending"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(Record):
    """One job of a cluster: a batch job, or the cluster of a service."""

    id: str
    name: str = ""
    """Name of the job: the tag, a dot, the number of the worker."""
    tag: str = ""
    """Id of the cluster, if the job belongs to one of this project."""
    state: str = ""
    """``pending``, ``running``, ``ending`` or ``ended``."""
    reason: str = ""
    """Reason of the batch system why the job is pending or has ended."""
    host: str = ""
    backend: str = ""
    """Name of the backend that can cancel the job."""


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
