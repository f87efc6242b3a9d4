"""Schedules, deployments, runs and the embedded service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jupyter_pipeline.models.record import Record

__all__ = [
    "WORK_POOL",
    "Alert",
    "AlertBlock",
    "DeploymentRecord",
    "DeploymentSpec",
    "RunRecord",
    "Schedule",
    "ServiceStatus",
    "Target",
    "VersionRecord",
]

WORK_POOL = "jupyter-pipeline"
"""Work pool that the worker of the embedded service polls, and that deployments name unless they say otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule(Record):
    """One schedule: exactly one of `cron`, `every` and `rrule` is set."""

    cron: str = ""
    every: float | None = None
    """Seconds."""
    rrule: str = ""
    timezone: str = "UTC"
    start: float | None = None
    """First moment at which it may fire, in seconds since the epoch."""
    end: float | None = None
    """Moment from which it fires no more."""
    slug: str = "schedule-1"
    """Stable name, by which a new deploy finds the schedule that it updates."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    active: bool | None = None
    """``None`` keeps what the server has, so that a pause survives a deploy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert(Record):
    """Who is told what about the runs of a deployment."""

    block: str
    """Name under which `alerts.add` has stored the address."""
    events: tuple[str, ...] = ("failure", "recovery", "late", "heartbeat")
    """``failure``: a run failed, crashed or ran out of time. ``recovery``: the first good one after it. ``late``: a run
    did not start in time. ``heartbeat``: a run at work gives no sign of life."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertBlock(Record):
    """A stored address; what is secret in it stays on the server."""

    name: str
    kind: str
    """The scheme of its address: ``slack``, ``json``, ``mailto`` …"""
    used_by: tuple[str, ...] = ()
    """Deployments that tell it something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target(Record):
    """Where a pipeline is deployed, and what differs there; what is ``None`` or empty stays as deployed."""

    name: str
    profile: str = ""
    server: str = ""
    """Name of a Prefect profile, ``${VARIABLE}``, or an address without credentials; empty: the configured server."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    schedules: tuple[Schedule, ...] | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    work_pool: str = ""
    after: int = 0
    """Good runs in a row at the source that a promotion to here needs."""


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
    profile_file: str = ""
    """The profile as it was at the deploy, outside of the code, so that all targets share one content hash."""
    schedules: tuple[Schedule, ...] = ()
    windows: Mapping[str, str] = field(default_factory=dict)
    """Parameters that each run takes from its time window: ``start`` or ``end`` by name."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    parameter_schema: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    description: str = ""
    concurrency_limit: int | None = 1
    """Runs at one time; ``None``: any number."""
    overlap: str = "skip"
    """What becomes of a run that would be one too many: it is left out (``skip``), waits (``queue``), or the oldest run
    at work is stopped for it (``cancel``)."""
    catch_up: str = "latest"
    """Which of the runs that an outage of the service has prevented are made up for: ``latest``, ``all``, ``none``."""
    alerts: tuple[Alert, ...] = ()
    owner: str = ""
    target: str = ""
    server: str = ""
    """As in `Target`."""
    base: Mapping[str, Any] = field(default_factory=dict)
    """The specification before its target's settings, from which it is promoted to another; empty without a target."""
    work_pool: str = ""
    """Empty: the pool of the embedded service."""
    python: str = ""
    """Interpreter of the runs."""
    drift: str = ""
    """What a run does when its packages differ from those of ``requirements.lock``: ``warn`` or ``refuse``; empty:
    they are not compared."""
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
    version: str = ""
    """Content hash of the code that it runs."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
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
    owner: str = ""
    target: str = ""
    overlap: str = ""
    catch_up: str = ""
    concurrency_limit: int | None = None
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRecord(Record):
    """One deploy of a name; it never changes."""

    number: int
    """1, 2, 3 …"""
    version: str
    """Content hash of the code."""
    deployed: float
    by: str
    """``user@host``."""
    target: str = ""
    notebook: str = ""
    current: bool = False
    """Whether this is what runs now."""


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
