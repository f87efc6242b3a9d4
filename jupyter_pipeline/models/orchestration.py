"""Schedules, deployments, runs and the embedded service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jupyter_pipeline.models.record import Record

__all__ = ["WORK_POOL", "DeploymentRecord", "DeploymentSpec", "RunRecord", "Schedule", "ServiceStatus"]

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
