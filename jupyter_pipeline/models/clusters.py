"""Records of profiles and clusters."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from jupyter_pipeline.models.record import Record, field_names

__all__ = ["ClusterRecord", "ClusterState", "Limits", "ProcessIdentity", "Profile"]


class ClusterState(enum.StrEnum):
    """State of a cluster. The last three are final."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"
    LOST = "lost"

    @property
    def alive(self) -> bool:
        """True if parts of the cluster may still run."""
        return self in (ClusterState.STARTING, ClusterState.RUNNING, ClusterState.STOPPING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits(Record):
    """Limits after which a cluster stops. ``None`` means no limit."""

    idle: float | None = 3600.0
    """Seconds without tasks."""
    lifetime: float | None = 86400.0
    """Seconds since the start, idle or busy."""
    start_timeout: float = 600.0
    """Seconds within which the scheduler must answer and the first worker must connect."""
    max_workers: int | None = None
    max_lifetime: float | None = None
    """Upper bound of an extended lifetime, in seconds since the start."""
    budget: float | None = None
    """Cost in the currency of `Profile.price`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile(Record):
    """Named description of a cluster, its limits and its environment."""

    name: str
    cluster_class: str
    """Import path of a ``distributed.deploy.Cluster`` class."""
    cluster_kwargs: Mapping[str, Any] = field(default_factory=dict)
    adapt_kwargs: Mapping[str, Any] = field(default_factory=dict)
    """Keyword arguments of ``Cluster.adapt``; empty for a fixed size."""
    workers: int | None = None
    """Number of workers after the start. ``None`` keeps the default of the class."""
    description: str = ""
    limits: Limits = field(default_factory=Limits)
    price: Mapping[str, Any] = field(default_factory=dict)
    """``currency`` and ``per_worker_hour`` or ``per_core_hour``."""
    environment: Mapping[str, Any] = field(default_factory=dict)
    """Settings of environment sync: ``method``, ``policy``, ``pip_install``, ``upload_directory`` …"""
    security: Mapping[str, Any] = field(default_factory=dict)
    """``tls: false`` turns encryption off."""
    keeper: str = "local"
    """Location of the keeper: ``local`` or ``job`` (a batch job)."""
    owner: str = "detached"
    """Process whose exit stops the cluster: ``kernel``, ``server`` or ``detached`` (none)."""
    source: str = ""
    """File or package that defines the profile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessIdentity(Record):
    """Identity of a process. A pid alone is reused."""

    host: str
    boot_id: str
    pid: int
    started: float
    """Start time in seconds: since the boot on Linux, since the epoch elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterRecord(Record):
    """State of one cluster in the registry."""

    id: str
    """Unique id. Jobs and processes carry it as their tag."""
    name: str
    profile: str
    state: ClusterState
    reason: str = ""
    """Reason for this state, in one sentence."""
    since: float = 0.0
    """Time at which the cluster entered this state."""
    started: float = 0.0
    host: str = ""
    keeper: ProcessIdentity | None = None
    python: str = ""
    """Interpreter of keeper, scheduler and workers."""
    scheduler_address: str = ""
    dashboard_link: str = ""
    """Address of the dashboard on the loopback interface of `host`."""
    workers: int = 0
    """Number of connected workers."""
    workers_wanted: int | None = None
    threads: int = 0
    memory_used: int = 0
    memory_limit: int = 0
    adaptive: tuple[int, int] | None = None
    jobs: tuple[Mapping[str, Any], ...] = ()
    """Batch jobs: ``id``, ``state`` and ``reason`` of each."""
    tls: bool = True
    limits: Limits = field(default_factory=Limits)
    expires: float | None = None
    """Time at which the lifetime ends."""
    warning: str = ""
    """Limit that will soon stop the cluster."""
    cost: float | None = None
    """Cost until now by the price of the profile. ``None`` without a price."""
    currency: str = ""
    """Currency of `cost`."""
    owner: ProcessIdentity | None = None
    control: str = ""
    """Path of the control socket on `host`."""
    last_sync: Mapping[str, Any] = field(default_factory=dict)
    """``time``, ``who``, ``result`` (``done``, ``failed`` or ``interrupted``), ``summary``, ``lock`` (its hash)."""
    drift: Mapping[str, Any] = field(default_factory=dict)
    """Result of the last comparison with the kernel: ``blocks``, ``warns``, ``notes``, ``checked``."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the record in `data`, nested records included."""
        names = field_names(cls)  # type: ignore[arg-type]
        values = {k: v for k, v in data.items() if k in names}
        values["state"] = ClusterState(values["state"])
        values["jobs"] = tuple(values.get("jobs") or ())
        if values.get("adaptive"):
            values["adaptive"] = tuple(values["adaptive"])
        if values.get("limits") is not None:
            values["limits"] = Limits.from_dict(values["limits"])
        for name in ("keeper", "owner"):
            if values.get(name):
                values[name] = ProcessIdentity.from_dict(values[name])
        return cls(**values)
