"""Records of the ledger: usage of clusters over time, ends of clusters, and sums of costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from jupyter_pipeline.models.record import Record, field_names

__all__ = [
    "ClusterEnd",
    "ClusterOrigin",
    "CostRow",
    "Estimate",
    "JobUsage",
    "SizeAdvice",
    "UsageInterval",
    "WorkerUsage",
]


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
    has_tasks: bool | None = None
    """True if tasks ran; ``None`` if it was not measured."""
    busy: float | None = None
    """Core-seconds with a running task, from samples; ``None`` if they were not measured."""
    total_peak_memory: int = 0
    """Largest memory of all workers together, in bytes."""
    total_memory_limit: int = 0
    """Memory of all workers together, in bytes; 0 if it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerUsage(Record):
    """Processors and memory that workers used while they had tasks, from samples of Dask's metrics."""

    samples: int = 0
    """Number of times at which a worker had a running task."""
    seconds: float = 0.0
    """Time during which workers had running tasks."""
    cores: float = 0.0
    """Cores that one worker used at most in 95 % of the samples."""
    mean_cores: float = 0.0
    """Mean number of cores that one worker used."""
    tasks: int = 0
    """Most tasks that ran at once on one worker."""
    threads: int = 0
    """Largest number of threads of a worker."""
    spilled: int = 0
    """Most bytes that one worker had moved to the disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeAdvice(Record):
    """Use of the workers of one cluster against their size, and a better size."""

    cluster: str
    """Id of the cluster."""
    text: str
    """Use and advice as text."""
    memory: str = ""
    """Memory of a worker, such as ``4GiB``; empty to keep it."""
    cpus: int = 0
    """Processors of a worker; 0 to keep them."""
    options: str = ""
    """Options that apply the advice, such as ``--memory 4GiB --cpus 2``; empty if the size fits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobUsage(Record):
    """Use of the batch jobs of one cluster, from the accounting of the batch system."""

    memory: int = 0
    """Largest requested memory of one job in bytes; 0 if it is not known."""
    peak_memory: int = 0
    """Largest memory that one job used, child processes included; 0 if it is not known."""
    mean_cores: float = 0.0
    """Largest mean number of cores that one job used."""


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
    usage: WorkerUsage = field(default_factory=WorkerUsage)
    """Use of the workers."""
    backend: str = ""
    """Name of its backend; empty if it is not known."""
    jobs: tuple[str, ...] = ()
    """Ids of its batch jobs, the newest at the end."""
    job_environment: Mapping[str, str] = field(default_factory=dict)
    """Variables that select the batch system of the jobs."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the record in `data`, the use of its workers included."""
        values = {name: value for name, value in data.items() if name in field_names(cls)}  # type: ignore[arg-type]
        for name in ("job_ends", "worker_ends", "jobs"):
            values[name] = tuple(values.get(name) or ())
        values["usage"] = WorkerUsage.from_dict(values.get("usage") or {})
        return cls(**values)


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
    measured_core_hours: float = 0.0
    """Core-hours for which it is known if tasks ran."""
    idle_core_hours: float = 0.0
    """Measured core-hours without a running task."""
    unused_clusters: int = 0
    """Number of clusters that had no task."""
    memory_hours: float = 0.0
    """GiB-hours of the memory of the workers."""
    unused_memory_hours: float = 0.0
    """GiB-hours of memory that workers never used."""


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
