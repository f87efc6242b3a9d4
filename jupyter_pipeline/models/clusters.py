"""Profiles, and what the registry knows of a cluster."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from jupyter_pipeline.models.record import Record, field_names

__all__ = ["ClusterRecord", "ClusterState", "Limits", "ProcessIdentity", "Profile"]


class ClusterState(enum.StrEnum):
    """Life of a cluster; the last three are final."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"
    LOST = "lost"

    @property
    def alive(self) -> bool:
        """Whether something of the cluster may still run."""
        return self in (ClusterState.STARTING, ClusterState.RUNNING, ClusterState.STOPPING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits(Record):
    """When a cluster must end by itself. ``None`` means no such limit."""

    idle: float | None = 3600.0
    """Seconds without tasks."""
    lifetime: float | None = 86400.0
    """Seconds since its start, whatever it does."""
    start_timeout: float = 600.0
    """Seconds until the scheduler must answer and the first worker be there."""
    max_workers: int | None = None
    max_lifetime: float | None = None
    """Seconds since its start up to which the lifetime can be extended by hand."""
    budget: float | None = None
    """Cost in the currency of `Profile.price`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile(Record):
    """Named description of a cluster and of the policy around it."""

    name: str
    cluster_class: str
    """Import path of a ``distributed.deploy.Cluster`` class."""
    cluster_kwargs: Mapping[str, Any] = field(default_factory=dict)
    adapt_kwargs: Mapping[str, Any] = field(default_factory=dict)
    """Keyword arguments of ``Cluster.adapt``; empty for a fixed size."""
    workers: int | None = None
    """Fixed size after the start; ``None`` leaves what the class does by itself."""
    description: str = ""
    limits: Limits = field(default_factory=Limits)
    price: Mapping[str, Any] = field(default_factory=dict)
    """``currency`` and ``per_worker_hour`` or ``per_core_hour``."""
    environment: Mapping[str, Any] = field(default_factory=dict)
    """How the environment reaches the cluster: ``method``, ``policy``, ``pip_install``, ``upload_directory`` …"""
    security: Mapping[str, Any] = field(default_factory=dict)
    """``tls: false`` turns encryption off."""
    keeper: str = "local"
    """Where the keeper runs: ``local`` or ``job``."""
    owner: str = "detached"
    """Whose end ends the cluster: ``kernel``, ``server`` or ``detached`` (nobody's)."""
    source: str = ""
    """The file or package that defined it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessIdentity(Record):
    """One process on one host since its boot: a pid alone is reused."""

    host: str
    boot_id: str
    pid: int
    started: float
    """Start in seconds, as the operating system tells it: since the boot on Linux, since the epoch elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterRecord(Record):
    """What the registry knows of one cluster."""

    id: str
    """Unique for ever; also the tag on jobs and processes."""
    name: str
    profile: str
    state: ClusterState
    reason: str = ""
    """Why it is in this state, in a sentence."""
    since: float = 0.0
    """When it entered this state."""
    started: float = 0.0
    host: str = ""
    keeper: ProcessIdentity | None = None
    python: str = ""
    """Interpreter of keeper, scheduler and workers."""
    scheduler_address: str = ""
    dashboard_link: str = ""
    """The dashboard's own address, on the loopback of `host`."""
    workers: int = 0
    """Workers that the scheduler counts."""
    workers_wanted: int | None = None
    threads: int = 0
    memory_used: int = 0
    memory_limit: int = 0
    adaptive: tuple[int, int] | None = None
    jobs: tuple[Mapping[str, Any], ...] = ()
    """One record a batch job: ``id``, ``state``, ``reason``."""
    tls: bool = True
    limits: Limits = field(default_factory=Limits)
    expires: float | None = None
    """When the lifetime ends it."""
    warning: str = ""
    """A limit that is about to end it."""
    cost: float | None = None
    """What it has cost until now, by the price of its profile; ``None`` without a price. It stays after the end."""
    currency: str = ""
    """Of `cost`."""
    owner: ProcessIdentity | None = None
    control: str = ""
    """Path of the control socket, on `host`."""
    last_sync: Mapping[str, Any] = field(default_factory=dict)
    """``time``, ``who``, ``result`` (``done``, ``failed`` or ``interrupted``), ``summary``, ``lock`` (its hash)."""
    drift: Mapping[str, Any] = field(default_factory=dict)
    """Differences from the kernel by severity, when last compared: ``blocks``, ``warns``, ``notes``, ``checked``."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild the nested records too."""
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
