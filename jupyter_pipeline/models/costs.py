"""Records of the ledger: usage of clusters over time, ends of clusters, and sums of costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jupyter_pipeline.models.record import Record

__all__ = ["ClusterEnd", "ClusterOrigin", "CostRow", "Estimate", "UsageInterval"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterOrigin(Record):
    """Person and work for which a cluster was started."""

    user: str = ""
    run: str = ""
    """Id of the run; empty for an interactive cluster."""
    run_name: str = ""
    deployment: str = ""
    notebook: str = ""
    """Path of the notebook; empty if it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageInterval(ClusterOrigin):
    """Time during which a cluster had the same workers: one row of the ledger."""

    cluster: str
    """Id of the cluster."""
    number: int
    """Number of the interval in its cluster. The row with the most seconds counts."""
    start: float
    """Start in seconds since the epoch."""
    seconds: float
    """Length by a monotonic clock."""
    workers: int
    cores: int
    """Threads of all workers."""
    name: str = ""
    """Name of the cluster."""
    profile: str = ""
    price: Mapping[str, float | str] = field(default_factory=dict)
    """See `Profile.price`; empty without a price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterEnd(Record):
    """End of a cluster with the facts that outlive its folder: one row of the ledger."""

    cluster: str
    """Id of the cluster."""
    name: str
    profile: str
    state: str
    """Final state, see `ClusterState`."""
    reason: str
    start: float
    end: float
    run: str = ""
    """Id of the run; empty for an interactive cluster."""
    peak_memory: int = 0
    """Largest memory that one worker used, in bytes; 0 if it is not known."""
    memory_limit: int = 0
    """Memory of one worker in bytes; 0 if it is not known."""
    job_ends: tuple[str, ...] = ()
    """Ends of batch jobs: id and reason."""
    worker_ends: tuple[str, ...] = ()
    """Lines of the keeper's log on workers that were killed."""
    log: str = ""
    """Path of the keeper's log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRow(Record):
    """Core-hours and costs of one group of the ledger. Each currency has its own row."""

    group: str
    """Value of the grouping: name of an owner, a profile, a pipeline, a notebook or a month."""
    core_hours: float
    """Core-hours with this currency."""
    clusters: int
    """Number of clusters."""
    cost: float | None = None
    """``None`` if no price is known."""
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate(Record):
    """Expected usage, from the profile and the history of runs."""

    text: str
    """The estimate in one line."""
    core_hours_per_hour: float | None = None
    """Core-hours of one hour; ``None`` if the size of a worker is not known."""
    cost_per_hour: float | None = None
    currency: str = ""
    run_seconds: tuple[float, float] | None = None
    """Shortest and longest duration of the last runs."""
    cost_per_run: float | None = None
    core_hours_per_run: float | None = None
    cost_per_month: float | None = None
    core_hours_per_month: float | None = None
