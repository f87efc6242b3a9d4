"""Records of schedules, deployments, runs and the embedded service."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jupyter_pipeline.models.alerts import Alert
from jupyter_pipeline.models.costs import ClusterEnd, CostRow, SizeAdvice
from jupyter_pipeline.models.predecessors import Predecessor
from jupyter_pipeline.models.record import Record

__all__ = [
    "MAX_RUNS",
    "RUN_LIMIT",
    "STEP_PROFILES",
    "WORK_POOL",
    "CatchUpPolicy",
    "DeployedOptions",
    "DeploymentRecord",
    "DeploymentSpec",
    "OverlapPolicy",
    "ReportMode",
    "RunRecord",
    "Schedule",
    "ServiceStatus",
    "ShownRun",
    "StepRun",
    "Target",
    "VersionRecord",
]

SKIPPED = "Skipped"
"""State name of a run that was left out, by overlap or after an outage. Its message has the reason."""

STEP_PROFILES = "profiles"
"""Folder of the deployed code with the profiles of single steps."""
WORK_POOL = "jupyter-pipeline"
"""Work pool of the embedded service, and the default work pool of deployments."""

RUN_LIMIT = 20
"""Default number of runs in a list."""
MAX_RUNS = 200
"""Largest number of runs in a list."""


class OverlapPolicy(enum.StrEnum):
    """Policy for a run that is due while `DeploymentSpec.concurrency_limit` runs are running."""

    SKIP = "skip"
    """Cancel the new run."""
    QUEUE = "queue"
    """Start the new run when another one has ended."""
    CANCEL = "cancel"
    """Cancel the oldest run and start the new one."""

    @property
    def collision_strategy(self) -> str:
        """Prefect's name of the policy. Prefect has none for ``cancel``: the new run cancels the oldest one itself."""
        return "CANCEL_NEW" if self is OverlapPolicy.SKIP else "ENQUEUE"


class CatchUpPolicy(enum.StrEnum):
    """Policy for scheduled times that passed without a run."""

    LATEST = "latest"
    """Start the newest missed run of each schedule."""
    ALL = "all"
    """Start all missed runs."""
    NONE = "none"
    """Skip all missed runs."""


class ReportMode(enum.StrEnum):
    """Content of the report of a run."""

    FULL = "full"
    """Code and outputs."""
    HIDE_CODE = "hide-code"
    """Outputs without the code."""
    NONE = "none"
    """No report: the outputs of cells are not recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule(Record):
    """One schedule: exactly one of `cron`, `every` and `rrule` is set."""

    cron: str = ""
    every: float | None = None
    """Seconds."""
    rrule: str = ""
    timezone: str = "UTC"
    start: float | None = None
    """Earliest time at which it fires, in seconds since the epoch."""
    end: float | None = None
    """Time after which it does not fire, in seconds since the epoch."""
    slug: str = "schedule-1"
    """Stable name. A later deploy updates the schedule with the same slug."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    active: bool | None = None
    """``None`` keeps the state on the server, so that a deploy does not resume a paused schedule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target(Record):
    """Deployment target, such as staging. Fields that are ``None`` or empty keep the deployed value."""

    name: str
    profile: str = ""
    server: str = ""
    """Prefect profile, ``${VARIABLE}`` or URL without credentials. Empty: the configured server."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    schedules: tuple[Schedule, ...] | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    work_pool: str = ""
    required_runs: int = 0
    """Number of consecutive successful runs at the source that a promotion requires."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentSpec(Record):
    """Complete specification of a deployment."""

    name: str
    flow_name: str
    entrypoint: str
    """``flow.py:function`` relative to `path`."""
    path: str
    """Folder of the code, a snapshot."""
    working_directory: str = ""
    """Working directory of runs. Empty: `path`."""
    notebook: str = ""
    """Source notebook. Another notebook must not reuse the name."""
    version: str = ""
    """Content hash of the code."""
    commit: str = ""
    """Commit of the notebook's repository; empty without one. It is recorded with the version only."""
    dirty: bool = False
    """True if the deployed notebook or another tracked file differs from the commit."""
    profile: str = ""
    profile_file: str = ""
    """Copy of the profile at deploy time. It is outside `path`, so that all targets share one content hash."""
    schedules: tuple[Schedule, ...] = ()
    windows: Mapping[str, str] = field(default_factory=dict)
    """Parameters bound to an edge of the run's time window: ``start`` or ``end`` by name."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    parameter_schema: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    description: str = ""
    concurrency_limit: int | None = 1
    """Most runs that run at the same time; ``None`` for no limit."""
    overlap: str = OverlapPolicy.SKIP.value
    """A value of `OverlapPolicy`."""
    catch_up: str = CatchUpPolicy.LATEST.value
    """A value of `CatchUpPolicy`."""
    report: str = ReportMode.FULL.value
    """A value of `ReportMode`."""
    report_template: str = ""
    """Template of nbconvert for the HTML report; empty for the default."""
    alerts: tuple[Alert, ...] = ()
    after: tuple[str, ...] = ()
    """Deployments whose completed runs start a run: name of a pipeline at the same target, or ``FLOW/DEPLOYMENT``."""
    after_parameters: Mapping[str, str] = field(default_factory=dict)
    """Parameters of the completed run that a run takes over, by name of the parameter here."""
    owner: str = ""
    target: str = ""
    server: str = ""
    """See `Target.server`."""
    base: Mapping[str, Any] = field(default_factory=dict)
    """Specification without the settings of the target, for a later promotion. Empty without a target."""
    work_pool: str = ""
    """Work pool. Empty: the pool of the embedded service."""
    python: str = ""
    """Python interpreter of the runs."""
    log_level: str = ""
    """Level from which code of the runs and of their workers logs. Empty: as the code sets it."""
    drift: str = ""
    """Action of a run if its packages differ from ``requirements.lock``: ``warn`` or ``refuse``. Empty: no check."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Environment variables of the target, which replace recorded ones."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Environment variables that were recorded at the deploy. No value is a secret."""
    expected_variables: tuple[str, ...] = ()
    """Names of variables without a recorded value, which a run takes from the environment of its worker."""
    labels: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] | None = None
    """Options of the deploy by name, without secrets; ``None`` if they were not recorded."""
    hidden_options: tuple[str, ...] = ()
    """Options, or their ``NAME=``, whose values were not recorded, since they contain a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedOptions(Record):
    """Options of a deployment, with which the next deploy of its name starts."""

    name: str
    """Name of the pipeline: the name in the form."""
    deployment: str
    """Name of the deployment, which may end with the target."""
    target: str = ""
    version: int = 0
    """Number of the version."""
    cells: tuple[str, ...] = ()
    """Ids of the deployed cells; empty if the snapshot is not on this machine."""
    whole: bool = False
    """True if the whole notebook is deployed."""
    notebook: str = ""
    """Path of the notebook."""
    here: bool = False
    """True if it is a deployment of the notebook and the cell of the request."""
    options: Mapping[str, Any] | None = None
    """See `DeploymentSpec.options`."""
    hidden_options: tuple[str, ...] = ()
    """See `DeploymentSpec.hidden_options`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord(Record):
    """One run of a deployment."""

    id: str
    name: str
    deployment: str
    state: str
    """Prefect's state name: ``Scheduled``, ``Running``, ``Completed`` …"""
    state_type: str = ""
    """Prefect's state type, such as ``RUNNING``."""
    message: str = ""
    """Prefect's message of the state."""
    cause: str = ""
    """Reason of the end in one sentence, as in alerts; empty until the run has ended."""
    version: str = ""
    """Content hash of the code."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    expected_start: float | None = None
    start: float | None = None
    end: float | None = None
    auto_scheduled: bool = False
    """True if a schedule created the run."""
    automation: str = ""
    """Name of the automation that created the run; empty if none did."""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRun(Record):
    """One step of a run."""

    name: str
    state: str
    """Prefect's state name."""
    message: str = ""
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownRun(Record):
    """One run with the cause of its end, its steps, clusters and costs, and its report."""

    run: RunRecord | None
    """The run; ``None`` if no server answered."""
    report: str = ""
    """Folder of the report on this machine; empty if there is none."""
    html: str = ""
    """Path of the HTML report, if it was built."""
    notebook: str = ""
    """Path of the executed notebook, if it was built."""
    cause: str = ""
    """Cause of the end, with facts of the clusters; empty until the run has ended."""
    steps: tuple[StepRun, ...] = ()
    clusters: tuple[ClusterEnd, ...] = ()
    """Ends of its clusters. A cluster that runs has the state ``running``."""
    costs: tuple[CostRow, ...] = ()
    """Core-hours and costs of its clusters, one row for each currency."""
    sizes: tuple[SizeAdvice, ...] = ()
    """Use of the workers of its clusters and better sizes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentRecord(Record):
    """State of one deployment on the server."""

    id: str
    name: str
    flow_name: str
    version: str = ""
    profile: str = ""
    step_profiles: tuple[str, ...] = ()
    """Profiles of single steps, if this machine has the deployed code."""
    notebook: str = ""
    paused: bool = False
    """True if the deployment, or everything that starts its runs, is paused on the server."""
    schedules: tuple[Schedule, ...] = ()
    after: tuple[Predecessor, ...] = ()
    """Deployments whose completed runs start a run."""
    schedule_text: str = ""
    """The schedules and `after` in words. A part that is paused alone has the mark ``(paused on the server)``."""
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
    commit: str = ""
    """Commit of the notebook's repository at the deploy from this machine; empty if it is unknown."""
    dirty: bool = False
    """True if the deployed notebook or another tracked file differed from the commit."""
    notebook_missing: bool = False
    """True if the notebook was deployed from this host and is no longer at its path."""
    deployed_version: str = ""
    """Content hash of the code of the last deploy from this machine; empty without one."""
    server_changes: tuple[str, ...] = ()
    """Changes by other programs since the last deploy from this machine, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRecord(Record):
    """One version of a deployment. Its code and settings never change."""

    number: int
    """1, 2, 3 …"""
    version: str
    """Content hash of the code."""
    deployed: float
    by: str
    """``user@host``."""
    target: str = ""
    notebook: str = ""
    commit: str = ""
    """Commit of the notebook's repository; empty without one."""
    dirty: bool = False
    """True if the deployed notebook or another tracked file differed from the commit."""
    current: bool = False
    """True if this version is deployed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceStatus(Record):
    """State of the embedded Prefect service."""

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
    database: str = ""
    """Database in words."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the server that differ from the defaults, by key."""
    deploys_to: str = ""
    """Address of another server to which deploys go, and its origin; empty if they go to this service."""
    warning: str = ""
    """Problem that will come, such as a database near its limit."""
    log: str = ""
    """Path of the log."""
