"""The interface of a backend, and the base class that runs any cluster class with an import path."""

from __future__ import annotations

import asyncio
import importlib
import os
import shutil
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from jupyter_pipeline.clusters.backends.job import Job
from jupyter_pipeline.clusters.registry.submitted_jobs import SubmittedJob
from jupyter_pipeline.clusters.variables import expand_secrets
from jupyter_pipeline.exceptions import ClusterStartError, ConfigurationError, MissingDependencyError, UsageError
from jupyter_pipeline.models import JobUsage, Profile
from jupyter_pipeline.units import parse_bytes, parse_count

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster
    from distributed.security import Security

__all__ = [
    "CLUSTER_SOURCES",
    "COUNT",
    "SHARED_LISTING_AGE",
    "SIZE",
    "ArgumentType",
    "Backend",
    "Context",
    "import_class",
    "read_dask_logs",
    "run_coroutine",
]

T = TypeVar("T")

SHARED_LISTING_AGE = 4.5
"""Maximum age in seconds of a job listing that keepers share; each keeper lists its jobs every five seconds."""

CLUSTER_SOURCES = (("distributed", "deploy/spec.py", "SpecCluster"), ("distributed", "deploy/cluster.py", "Cluster"))
"""Sources of the base classes of Dask's clusters, for `Backend.sources`."""


@dataclass(frozen=True, slots=True)
class ArgumentType:
    """Values that an argument of a cluster class accepts."""

    parse: Callable[[Any], object]
    """Function that raises `ValueError` for any other value."""
    example: str
    """Valid value, for error messages."""


COUNT = ArgumentType(parse_count, "4")
SIZE = ArgumentType(parse_bytes, '"4 GiB"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One cluster to start: the values that do not come from its profile."""

    tag: str
    """Id of the cluster, part of the name of its jobs and remote processes."""
    name: str
    directory: Path
    """Folder of the cluster (0700). Workers see it if the home directory is shared."""
    security: Security | None = None
    """TLS credentials in files; ``None`` if the profile disables TLS."""
    dashboard_address: str = "127.0.0.1:0"
    workers: int | None = None
    """Initial number of workers, for classes that need it at construction."""
    scheduler_options: Mapping[str, Any] = field(default_factory=dict)
    """Further options of the scheduler, such as its idle timeout."""


class Backend:
    """One kind of cluster.

    This base class runs any class with the interface of `distributed.deploy.Cluster`. To add a backend, derive from
    it in one module of this package, which is searched for backends. Third parties publish the class in the
    entry-point group ``jupyter_pipeline.backends``.

    Set these attributes: `name`, `cluster_classes`, `extra`, and those whose default does not fit. Profiles are
    checked against them without importing Dask, so the module must not import Dask either.

    Override these methods where the class differs:

    - `prepare`, if arguments have other names;
    - `check` and `check_submission`, for preflight;
    - `find_jobs` and `cancel_jobs`, if something outlives the processes of this host;
    - `replace_lost_workers`, if the class does not replace them;
    - `size_workers` and `submit_command`, if it supports them.

    You get: start, scale, adapt, jobs with their reasons in the record, clean-up by tag, and preflight.

    Parameters
    ----------
    profile : Profile, optional
        Profile of the cluster. A backend without a profile can only find and cancel jobs.
    """

    name: ClassVar[str] = "generic"
    cluster_classes: ClassVar[tuple[str, ...]] = ()
    """Cluster classes of this backend: top-level package, dot, class name, each a pattern of `fnmatch`."""
    extra: ClassVar[str] = ""
    """Extra of this project that installs the class."""
    commands: ClassVar[tuple[str, ...]] = ()
    """Programs that must be on the ``PATH``."""
    configured_by: ClassVar[str] = "Dask's configuration"
    """Second source of the class's settings, for the message when a start fails."""
    has_jobs: ClassVar[bool] = False
    """True if `find_jobs` can find anything."""
    finds_all_jobs: ClassVar[bool] = False
    """True if `find_jobs` without a tag lists the jobs of all clusters of this user."""
    submits_on_scale: ClassVar[bool] = False
    """True if `create` submits nothing and the backend calls `markers.mark_submitted` before the first job."""
    adapt_defaults: ClassVar[Mapping[str, Any]] = {}
    """Arguments of ``Cluster.adapt`` that a profile can override."""

    sources: ClassVar[tuple[tuple[str, str, str], ...]] = ()
    """Package, file and name of the classes that accept the arguments. If empty, the class itself is imported."""
    size_arguments: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Arguments that set ``cpus``, ``memory`` and ``gpus`` of a worker, as far as they can be chosen."""
    writes_job_script: ClassVar[bool] = False
    """True if arguments become lines of a job script."""
    script_arguments: ClassVar[frozenset[str]] = frozenset((
        "cancel_command_extra", "env_extra", "extra", "header_skip", "job_directives_skip", "job_extra",
        "job_extra_directives", "job_script_epilogue", "job_script_prologue", "submit_command_extra",
        "worker_extra_args",
    ))  # fmt: skip
    """Arguments with lines of the job script.

    Their ``$NAME`` are expanded on the node. The default serves classes of other packages that derive from
    dask-jobqueue's.
    """
    shell_arguments: ClassVar[frozenset[str]] = frozenset()
    """Further arguments whose ``$NAME`` are expanded on the node, in the worker's command line."""
    mapping_arguments: ClassVar[frozenset[str]] = frozenset()
    """Script arguments that may be a mapping instead of a list of lines."""
    local_folders: ClassVar[tuple[str, ...]] = ("log_directory", "shared_temp_directory", "local_directory")
    """Arguments that name a folder of this host."""
    scheduler_is_here: ClassVar[bool] = True
    """True if the scheduler runs on this host."""
    guards_dashboards: ClassVar[bool] = False
    """True if the HTTP servers of scheduler and workers require the token in the cluster's folder."""
    shares_files: ClassVar[bool] = False
    """True if workers read the interpreter and the cluster's folder from a shared file system."""

    def __init__(self, profile: Profile | None = None) -> None:
        self.profile = profile

    @classmethod
    def matches(cls, cluster_class: str, *, any_package: bool = True) -> bool:
        """Return True if this backend runs the class at an import path.

        Parameters
        ----------
        cluster_class : str
            Import path.
        any_package : bool
            Whether to consider the patterns that name no package.
        """
        short = f"{cluster_class.partition('.')[0]}.{cluster_class.rpartition('.')[2]}"
        return any(fnmatchcase(short, p) for p in cls.cluster_classes if any_package or not p.startswith("*."))

    @classmethod
    def unexpanded_arguments(cls) -> frozenset[str]:
        """Return the arguments whose ``$NAME`` are expanded on the node."""
        return cls.script_arguments | cls.shell_arguments

    @classmethod
    def available(cls) -> bool:
        """Return True if the programs of this backend are on the ``PATH``."""
        return all(shutil.which(command) for command in cls.commands)

    @classmethod
    def argument_types(cls) -> Mapping[str, ArgumentType]:
        """Return the types of the arguments that are checked when a profile is loaded."""
        counts = ("n_workers", "threads_per_worker", "nthreads", "cores")
        sizes = ("memory", "memory_limit", "worker_memory", "scheduler_memory")
        return {**dict.fromkeys(counts, COUNT), **dict.fromkeys(sizes, SIZE)}

    @classmethod
    def listens_on_loopback(cls, cluster_class: str, cluster_kwargs: Mapping[str, Any]) -> bool:
        """Return True if a scheduler of this class with these arguments is reachable from its own host only."""
        return False

    def forks_workers(self, profile: Profile) -> bool:
        """Return True if workers are child processes of the keeper, which Dask may fork."""
        return False

    def size_workers(self, profile: Profile, *, cpus: int = 0, memory: str = "", gpus: int = 0) -> dict[str, Any]:
        """Return the overrides of `profile` that give each worker this size.

        Parameters
        ----------
        profile : Profile
        cpus : int
            Processors; 0 keeps the profile's value.
        memory : str
            Such as ``8GiB``; empty keeps the profile's value.
        gpus : int
            Graphics processors; 0 keeps the profile's value.

        Returns
        -------
        dict of str to Any
            Values by dotted key, as `get_profile` accepts them.

        Raises
        ------
        UsageError
            If this backend has no argument for one of them.
        """
        overrides: dict[str, Any] = {}
        for option, value in (("cpus", cpus), ("memory", memory), ("gpus", gpus)):
            if value and option not in self.size_arguments:
                raise UsageError(
                    f"--{option} cannot be chosen for workers of {profile.cluster_class} (profile {profile.name!r}). "
                    "Write it into a separate profile, and deploy with that profile."
                )
            if value:
                overrides |= {f"cluster_kwargs.{argument}": value for argument in self.size_arguments[option]}
        return overrides

    def check_workers(self, n: int) -> str:
        """Return the reason why this host cannot run `n` workers, empty if it can or they run elsewhere."""
        return ""

    def check(self, profile: Profile) -> Iterator[str]:
        """Yield the reasons why `profile` cannot start here, each with its fix.

        Runs on this host in milliseconds, without commands and without a network.
        """
        yield from ()

    def check_submission(self, profile: Profile) -> Iterator[str]:
        """Ask the batch system or service if it would accept `profile`, and yield its objections.

        Called when `check` found nothing. Yields nothing if there is no answer.
        """
        yield from ()

    def prepare(self, profile: Profile, context: Context) -> dict[str, Any]:
        """Return the keyword arguments of the cluster class.

        Arguments of the profile win, except those with the tag, TLS and the private dashboard.
        """
        try:
            kwargs = expand_secrets(profile.cluster_kwargs, os.environ)
        except KeyError as error:
            name = error.args[0]
            raise ConfigurationError(
                profile.source,
                f"profile {profile.name}",
                f"the variable {name} is not set",
                f"Set {name} and start again.",
            ) from error
        return {**kwargs, "asynchronous": True}

    async def create(self, profile: Profile, context: Context) -> Cluster:
        """Start the cluster. On return its scheduler accepts connections.

        Raises
        ------
        ClusterStartError
            If it does not start. Everything that was started has been removed.
        """
        cluster = import_class(profile.cluster_class, extra=self.extra)(**self.prepare(profile, context))
        return await cluster

    async def after_start(self, cluster: Cluster) -> None:
        """Finish work that users need not wait for. Called once, when the cluster runs."""

    async def scale(self, cluster: Cluster, n: int) -> None:
        """Request `n` workers. Returns before they have connected.

        Raises
        ------
        ClusterError
            If the batch system refuses, with its reason.
        """
        result = cluster.scale(n)
        if hasattr(result, "__await__"):
            await result

    async def replace_lost_workers(self, cluster: Cluster) -> str:
        """Replace workers that were lost. The keeper calls this every few seconds.

        Returns
        -------
        str
            Reason why workers are missing, in the words of the batch system; empty if none is.

        Raises
        ------
        ClusterError
            If no worker can start. The keeper stops the cluster with this reason.
        """
        return ""

    async def close(self, cluster: Cluster) -> None:
        """Close the cluster. On return its jobs are cancelled or gone. No-op if it is already closed."""
        result = cluster.close()
        if hasattr(result, "__await__"):
            await result

    async def submit_command(self, profile: Profile, context: Context, command: Sequence[str]) -> str:
        """Submit one job that runs `command`, with the resources of a worker's job, and return its id.

        Raises
        ------
        ClusterStartError
            If this backend cannot submit it.
        """
        raise ClusterStartError(f"keeper: job needs a batch system, and {profile.cluster_class} has none.")

    def read_job_usage(
        self, ids: Sequence[str], *, since: float, environment: Mapping[str, str], timeout: float = 5.0
    ) -> JobUsage | None:
        """Return the use of ended jobs, ``None`` if no accounting has it.

        Parameters
        ----------
        ids : sequence of str
            Ids of jobs.
        since : float
            Time before the submission of the jobs, in seconds since the epoch. Ids may be used again.
        environment : mapping
            Variables that select the batch system.
        timeout : float
            Seconds to wait for the accounting.
        """
        return None

    def find_jobs(self, tag: str | None = None, *, timeout: float = 10.0, max_age: float = 1.0) -> list[Job] | None:
        """Return the active jobs of one cluster, or of all clusters of this user.

        Parameters
        ----------
        tag : str, optional
            Id of the cluster.
        timeout : float
            Seconds to wait for an answer.
        max_age : float
            Maximum age in seconds of a listing that another process has stored; 0 requests a new one.

        Returns
        -------
        list of Job or None
            ``None`` if the batch system does not answer: unknown is not gone.
        """
        return []

    def find_remaining_jobs(self, tag: str, *, timeout: float = 10.0) -> list[Job] | None:
        """Return the jobs of one cluster that have not ended. A job counts as ended only if a search by its id says so.

        Parameters
        ----------
        tag : str
            Id of the cluster.
        timeout : float
            Seconds to wait for each answer.

        Returns
        -------
        list of Job or None
            ``None`` if the batch system does not answer.
        """
        return self.find_jobs(tag, timeout=timeout, max_age=0.0)

    def describe_ended_jobs(self, jobs: Sequence[SubmittedJob]) -> dict[str, str]:
        """Return how jobs ended, by id, for the jobs that the batch system remembers."""
        return {}

    def find_output_files(self, job: SubmittedJob) -> dict[str, list[Path]]:
        """Return the output files of a job, by their names or patterns. A name without a file has an empty list."""
        return {}

    def fetch_logs(self, tag: str, *, timeout: float = 15.0) -> Mapping[str, str]:
        """Return the logs that a service keeps of a cluster, by their source. The keeper need not run.

        Parameters
        ----------
        tag : str
            Id of the cluster.
        timeout : float
            Seconds to wait for an answer.

        Raises
        ------
        ClusterError
            If the service does not answer or has no logs of the cluster.
        """
        return {}

    async def read_logs(self, cluster: Cluster) -> Mapping[str, str]:
        """Return the logs of scheduler and workers of a running cluster, by their source, the newest line last."""
        from distributed.deploy.cluster import Cluster as DaskCluster

        # Dask's own method has the newest line first, and fails at a worker that has just died.
        names = ("get_logs", "_get_logs")
        is_own = any(getattr(type(cluster), name, None) is not getattr(DaskCluster, name) for name in names)
        try:
            logs = cluster.get_logs() if is_own else cluster.get_logs(scheduler=False, workers=False)
            found = dict(await logs if hasattr(logs, "__await__") else logs)
        except (AttributeError, OSError):  # no such method; or it failed
            found, is_own = {}, False
        return found if is_own else {**found, **await read_dask_logs(cluster.scheduler_comm)}

    def describe_cancellation(self, jobs: Sequence[Job]) -> str:
        """Return the command with which a user cancels `jobs`, empty if there is none."""
        return ""

    def cancel_jobs(self, jobs: Sequence[Job], *, timeout: float = 30.0) -> None:
        """Cancel `jobs`. Jobs that have ended are ignored.

        Raises
        ------
        ClusterError
            If the batch system does not answer or refuses.
        """


def run_coroutine(coroutine: Coroutine[Any, Any, T], *, timeout: float) -> T:
    """Run a coroutine in a new thread, because the caller may be in an event loop, and return its result.

    Parameters
    ----------
    coroutine : coroutine
        The coroutine.
    timeout : float
        Seconds after which it is cancelled.
    """

    async def run() -> T:
        return await asyncio.wait_for(coroutine, timeout)

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, run()).result()


async def read_dask_logs(scheduler: Any) -> dict[str, str]:
    """Return the logs of a scheduler and of its workers, the newest line last, without workers that do not answer.

    Parameters
    ----------
    scheduler : distributed.core.rpc
        Connection to the scheduler.
    """
    workers = await scheduler.broadcast(msg={"op": "get_logs"}, on_error="ignore")
    entries = {"Scheduler": await scheduler.get_logs(), **workers}
    return {source: "\n".join(line for _, line in reversed(lines)) for source, lines in entries.items()}


def import_class(path: str, *, extra: str = "") -> Any:
    """Return the class or function at an import path.

    Parameters
    ----------
    path : str
        Import path.
    extra : str
        Extra of this project that installs its package, for the message.

    Raises
    ------
    MissingDependencyError
        If its package is not installed.
    ConfigurationError
        If the package has no such name.
    """
    module_name, _, name = path.rpartition(".")
    try:
        return getattr(importlib.import_module(module_name), name)
    except ModuleNotFoundError as error:
        top = module_name.partition(".")[0]
        if error.name and error.name.partition(".")[0] == top:
            raise MissingDependencyError(top.replace("_", "-"), extra) from error
        raise MissingDependencyError(str(error.name), extra) from error
    except AttributeError as error:
        raise ConfigurationError(
            path, "cluster_class", f"module {module_name} has no {name}", "Correct the import path."
        ) from error
