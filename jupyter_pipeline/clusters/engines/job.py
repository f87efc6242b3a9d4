"""The record of one batch job."""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_pipeline.models import Record

__all__ = ["Job"]


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
    engine: str = ""
    """Name of the engine that can cancel it."""
