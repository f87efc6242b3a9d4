"""The record of one batch job."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jupyter_pipeline.models import Record

__all__ = ["Job", "why_waiting"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(Record):
    """One batch job of a cluster."""

    id: str
    name: str = ""
    """The job's own name: the tag, a dot, the number of the worker."""
    tag: str = ""
    """Id of the cluster that it belongs to, where it is one of ours."""
    state: str = ""
    """``pending``, ``running``, ``ending`` or ``ended``."""
    reason: str = ""
    """The batch system's own word for why it waits or ended."""
    host: str = ""
    backend: str = ""
    """Name of the backend that can cancel it."""


def why_waiting(jobs: Iterable[Job]) -> str:
    """Return in words how many of `jobs` wait and why, empty if none does.

    Examples
    --------
    >>> why_waiting([Job(id="1", state="pending", reason="Resources"), Job(id="2", state="running")])
    '1 job waits: Resources'
    """
    waiting = [job for job in jobs if job.state == "pending"]
    if not waiting:
        return ""
    reasons = "; ".join(sorted({job.reason for job in waiting if job.reason}))
    how_many = "1 job waits" if len(waiting) == 1 else f"{len(waiting)} jobs wait"
    return f"{how_many}: {reasons}" if reasons else how_many
