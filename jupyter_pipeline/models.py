"""Frozen records that cross the boundaries between domains, front doors and processes.

Each has ``to_dict()``, which decides what leaves the process: plain JSON types only. Times are seconds since the epoch
(UTC), sizes bytes, durations seconds. Only the standard library is used here.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

__all__ = [
    "WORK_POOL",
    "ClusterRecord",
    "ClusterState",
    "DeploymentRecord",
    "DeploymentSpec",
    "Distribution",
    "DriftItem",
    "Environment",
    "Limits",
    "ProcessIdentity",
    "Profile",
    "Refusal",
    "RunRecord",
    "Schedule",
    "ServiceStatus",
    "Severity",
    "SyncReport",
]


WORK_POOL = "jupyter-pipeline"
"""Work pool that the worker of the embedded service polls, and that deployments name unless they say otherwise."""


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        return value.to_dict()
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_plain(v) for v in value]
    if isinstance(value, set | frozenset):
        return sorted(_plain(v) for v in value)
    return value


class Record:
    """Base of the records: conversion to plain data and back."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain JSON types."""
        return {f.name: _plain(getattr(self, f.name)) for f in dataclasses.fields(self)}  # type: ignore[arg-type]

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the record that `data` describes; unknown keys, from a newer version, are ignored."""
        names = _names(cls)  # type: ignore[arg-type]
        return cls(**{k: v for k, v in data.items() if k in names})


@functools.cache
def _names(kind: type[Record]) -> frozenset[str]:
    return frozenset(f.name for f in dataclasses.fields(kind))  # type: ignore[arg-type]


# Clusters


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
    owner: ProcessIdentity | None = None
    control: str = ""
    """Path of the control socket, on `host`."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild the nested records too."""
        names = _names(cls)  # type: ignore[arg-type]
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


# Environments


class Severity(enum.StrEnum):
    """How much a difference matters."""

    BLOCKS = "blocks"
    WARNS = "warns"
    NOTES = "notes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution(Record):
    """One installed distribution."""

    name: str
    """Normalised (PEP 503)."""
    version: str
    source: str = "index"
    """``index``, ``url``, ``vcs``, ``editable``, ``path`` or ``conda``."""
    url: str = ""
    """Where it came from when not an index, without credentials."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment(Record):
    """What is installed in one prefix."""

    python: str
    """Full version, such as ``3.12.4``."""
    platform: str
    prefix: str
    distributions: tuple[Distribution, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftItem(Record):
    """One difference between the kernel and the cluster."""

    package: str
    kernel: str
    """Version; empty when absent."""
    scheduler: str
    workers: tuple[str, ...]
    """The distinct versions; an empty string stands for absent."""
    severity: Severity
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport(Record):
    """What a sync did."""

    installed: tuple[Mapping[str, Any], ...] = ()
    """``package``, ``before``, ``after``, ``where``."""
    uploaded: tuple[Mapping[str, Any], ...] = ()
    """``directory``, ``changed``, ``deleted``, ``bytes``."""
    remaining: tuple[DriftItem, ...] = ()
    """What differs still, because it cannot or must not be synced."""
    restarted: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """What the user should know: files that were left out, workers that failed."""
    seconds: float = 0.0

    @property
    def changed(self) -> bool:
        """Whether anything was done."""
        return bool(
            self.installed or self.restarted or any(u.get("changed") or u.get("deleted") for u in self.uploaded)
        )


# Promotion


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal(Record):
    """Why a cell cannot be promoted, and the way out."""

    cell: int
    """Index of the cell in the notebook, from 0."""
    line: int
    """Line in that cell, from 1."""
    name: str
    """The name or construct at fault."""
    reason: str
    fix: str

    def __str__(self) -> str:
        return f"Cell {self.cell} (counted from 0), line {self.line}: {self.name}: {self.reason}. {self.fix}"


# Orchestration


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule(Record):
    """One schedule: exactly one of `cron`, `every` and `rrule` is set."""

    cron: str = ""
    every: float | None = None
    """Seconds."""
    rrule: str = ""
    timezone: str = "UTC"
    start: float | None = None
    slug: str = "schedule-1"
    """Stable name, by which a new deploy finds the schedule that it updates."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    active: bool | None = None
    """``None`` keeps what the server has, so that a pause survives a deploy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentSpec(Record):
    """What is deployed, complete."""

    name: str
    flow_name: str
    entrypoint: str
    """``flow.py:function`` relative to `path`."""
    path: str
    """Folder of the code: a snapshot."""
    working_directory: str = ""
    """Folder in which runs work, against which their relative paths count; empty: `path`."""
    notebook: str = ""
    """The notebook that it was made from: no other may take its name unasked."""
    version: str = ""
    """Content hash of the code."""
    profile: str = ""
    schedules: tuple[Schedule, ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    parameter_schema: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    description: str = ""
    concurrency_limit: int | None = 1
    collision_strategy: str = "CANCEL_NEW"
    work_pool: str = ""
    """Empty: the pool of the embedded service."""
    python: str = ""
    """Interpreter of the runs."""
    env: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord(Record):
    """One run of a deployment."""

    id: str
    name: str
    deployment: str
    state: str
    """Prefect's state name: ``Scheduled``, ``Running``, ``Completed`` …"""
    message: str = ""
    expected_start: float | None = None
    start: float | None = None
    end: float | None = None
    auto_scheduled: bool = False
    """Whether the schedule made it."""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentRecord(Record):
    """One deployment as the server has it."""

    id: str
    name: str
    flow_name: str
    version: str = ""
    profile: str = ""
    notebook: str = ""
    paused: bool = False
    schedules: tuple[Schedule, ...] = ()
    schedule_text: str = ""
    """The schedules in words."""
    last_run: RunRecord | None = None
    next_run: float | None = None
    updated: float | None = None
    tags: tuple[str, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceStatus(Record):
    """The embedded Prefect service."""

    state: str
    """``running``, ``starting``, ``failing`` or ``stopped``."""
    reason: str = ""
    api_url: str = ""
    ui_url: str = ""
    port: int = 0
    pid: int = 0
    started: float = 0.0
    restarts: int = 0
    work_pool: str = ""
    log: str = ""
    """Path of the log."""
