"""Records of profiles and clusters."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from jupyter_pipeline.models.costs import ClusterOrigin
from jupyter_pipeline.models.record import Record, field_names

__all__ = ["ClusterRecord", "ClusterState", "EnvironmentSettings", "Limits", "ProcessIdentity", "Profile"]


def setting(kind: str, summary: str, default: Any = dataclasses.MISSING, **options: Any) -> Any:
    """Return a dataclass field that is also a key of a profile.

    Parameters
    ----------
    kind : str
        ``any``, ``text``, ``texts``, ``flag``, ``number``, ``count``, ``size``, ``duration``, ``choice`` or
        ``mapping``.
    summary : str
        Text for the documentation.
    default : object, optional
        Default of the field. Without it, the key is required.
    **options
        ``minimum`` of a count, ``choices`` of a choice, ``nullable``; ``arguments`` of texts for which a mapping is
        allowed, and ``required``, the first of them that it needs.

    Notes
    -----
    `jupyter_pipeline.clusters.profiles.schema` reads the metadata, validates the key and documents it.
    """
    metadata = {"kind": kind, "summary": summary, **options}
    if kind == "mapping":
        return field(default_factory=dict, metadata=metadata)
    return field(default=default, metadata=metadata)


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

    idle: float | None = setting("duration", "Stop after this time without tasks.", 3600.0)
    lifetime: float | None = setting("duration", "Stop this long after the start, idle or busy.", 86400.0)
    start_timeout: float = setting(
        "duration",
        "Stop unless the scheduler answers and the first worker connects within this time; and if tasks wait this long "
        "without a worker or a pending job.",
        600.0,
        nullable=False,
    )
    max_workers: int | None = setting("count", "Refuse larger sizes.", None)
    max_lifetime: float | None = setting("duration", "Refuse extensions beyond this time since the start.", None)
    budget: float | None = setting(
        "number", "Stop when the cost reaches this amount, in the currency of `price`.", None
    )
    core_hours: float | None = setting("number", "Stop when the workers have used this many core-hours.", None)
    cost_per_hour: float | None = setting(
        "number", "Refuse sizes, and stop the cluster, above this cost per hour, in the currency of `price`.", None
    )
    run_budget: float | None = setting("number", "Stop when the clusters of one run have cost this amount.", None)
    run_core_hours: float | None = setting(
        "number", "Stop when the clusters of one run have used this many core-hours.", None
    )
    deployment_budget: float | None = setting(
        "number", "Refuse starts, and stop, when the runs of the deployment have cost this amount in a month.", None
    )
    deployment_core_hours: float | None = setting(
        "number", "The same for core-hours of the runs of the deployment in a month.", None
    )
    user_budget: float | None = setting(
        "number", "Refuse starts, and stop, when all clusters of the user have cost this amount in a month.", None
    )
    user_core_hours: float | None = setting(
        "number", "The same for core-hours of all clusters of the user in a month.", None
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentSettings(Record):
    """Settings of environment sync, the keys of ``environment`` in a profile."""

    policy: str = setting(
        "choice",
        "Action if cluster and kernel differ.",
        "warn",
        choices=("warn", "sync", "refuse", "ignore"),
    )
    method: str = setting(
        "choice",
        "Method that installs packages on the cluster.",
        "packages",
        choices=("packages", "dask", "image"),
    )
    installer: str = setting("choice", "Installer of packages.", "auto", choices=("auto", "uv", "pip"))
    pip_install: tuple[str, ...] = setting(
        "texts",
        "Packages to install besides the kernel's, or options of Dask's `PipInstall`.",
        (),
        arguments=("packages", "pip_options", "restart_workers"),
    )
    upload_directory: tuple[str, ...] = setting(
        "texts",
        "Folders to upload, or options of Dask's `UploadDirectory`.",
        (),
        arguments=("path", "mode", "restart_workers", "skip", "skip_words", "update_path"),
        required="path",
    )
    include: tuple[str, ...] = setting("texts", "Patterns of files to upload.", ())
    exclude: tuple[str, ...] = setting("texts", "Patterns of files not to upload.", ())
    skip_packages: tuple[str, ...] = setting("texts", "Packages that are neither compared nor installed.", ())
    max_file_size: int = setting("size", "Maximum size of one uploaded file.", 100 * 2**20)
    max_size: int = setting("size", "Maximum size of all uploaded files.", 2**30)
    restart_workers: bool = setting("flag", "Restart the workers after an install or upload.", False, nullable=True)
    variables: tuple[str, ...] = setting(
        "texts",
        "Names and patterns (`DASK_*`) of environment variables for the workers and the runs of deployments.",
        (),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile(Record):
    """Named description of a cluster, its limits and its environment."""

    name: str
    cluster_class: str = setting("any", "Import path of a `distributed.deploy.Cluster` class.")
    cluster_kwargs: Mapping[str, Any] = setting("mapping", "Arguments of the class.")
    adapt_kwargs: Mapping[str, Any] = setting("mapping", "Arguments of `Cluster.adapt`; empty for a fixed size.")
    workers: int | None = setting("count", "Number of workers. Without it, the default of the class applies.", None)
    description: str = setting("any", "One line for lists.", "")
    limits: Limits = field(
        default_factory=Limits, metadata={"kind": "mapping", "summary": "Limits that stop the cluster, see below."}
    )
    price: Mapping[str, Any] = setting("mapping", "Price of workers or threads, see below.")
    environment: Mapping[str, Any] = setting("mapping", "Settings of environment sync, see below.")
    security: Mapping[str, Any] = setting("mapping", "TLS, see below.")
    keeper: str = setting(
        "choice", "Location of the keeper: this host or a batch job.", "local", choices=("local", "job")
    )
    owner: str = setting(
        "choice",
        "Process whose exit stops the cluster.",
        "detached",
        choices=("detached", "kernel", "server"),
    )
    source: str = ""
    """File or package that defines the profile."""
    notes: tuple[str, ...] = ()
    """Options of Dask's configuration that are ignored, or have an unexpected effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessIdentity(Record):
    """Identity of a process. A pid alone is reused, and a host can change its name."""

    host: str
    """Name of the host at the start of the process."""
    boot_id: str
    pid: int
    started: float
    """Start time in seconds: since the boot on Linux, since the epoch elsewhere."""
    machine: str = ""
    """Identifier of the installation of the host; empty if it has none."""
    namespaces: str = ""
    """PID and network namespaces on Linux: a container sees other processes and sockets than its host."""


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
    origin: ClusterOrigin = field(default_factory=ClusterOrigin)
    """Person and work for which it was started."""
    control: str = ""
    """Path of the control socket on `host`."""
    last_sync: Mapping[str, Any] = field(default_factory=dict)
    """``time``, ``who``, ``result`` (``done``, ``failed`` or ``interrupted``), ``summary``, ``lock`` (its hash)."""
    drift: Mapping[str, Any] = field(default_factory=dict)
    """Result of the last comparison with the kernel: ``blocks``, ``warns``, ``notes``, ``restart``, ``checked``."""

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
        if values.get("origin") is not None:
            values["origin"] = ClusterOrigin.from_dict(values["origin"])
        for name in ("keeper", "owner"):
            if values.get(name):
                values[name] = ProcessIdentity.from_dict(values[name])
        return cls(**values)
