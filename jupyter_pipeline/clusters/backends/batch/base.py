"""The base class of batch systems: dask-jobqueue's classes without their gaps.

dask-jobqueue 0.9.0 has these gaps. A refused submission is silent and makes `close` fail. A lost job is replaced only
under `adapt` and after 15 s. A cancelled job of a cluster of fixed size is never replaced. The loss of one of several
processes of a job is not noticed. `close` leaves jobs if the batch system does not answer. Adaptive scaling cancels
pending jobs and submits them again. `BatchBackend` compares jobs with the listing of the batch system instead.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import shlex
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from jupyter_pipeline.clusters.backends import dashboard
from jupyter_pipeline.clusters.backends.base import (
    COUNT,
    SHARED_LISTING_AGE,
    ArgumentType,
    Backend,
    Context,
    import_class,
)
from jupyter_pipeline.clusters.backends.batch.additions import (
    ClassOptions,
    dashboard_arguments,
    lifetime_arguments,
    quote_arguments,
    quote_path,
)
from jupyter_pipeline.clusters.backends.batch.commands import JobListing, cancel_jobs
from jupyter_pipeline.clusters.backends.batch.submission import SubmissionLog, track_submissions
from jupyter_pipeline.clusters.backends.batch.walltime import is_unlimited, parse_walltime
from jupyter_pipeline.clusters.backends.job import Job, summarize_pending
from jupyter_pipeline.clusters.registry import markers
from jupyter_pipeline.exceptions import ClusterError
from jupyter_pipeline.models import Profile
from jupyter_pipeline.units import format_duration

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = ["BatchBackend", "jobqueue_sources", "make_job"]

logger = logging.getLogger("jupyter_pipeline.keeper")

_LOST_AFTER = 2  # consecutive listings without a job
_SHORT_LIFE = 60.0  # seconds; a job that ends sooner without a connected worker is a failure
_SHORTEST_WALLTIME = 120.0
_OUTPUT = re.compile(r"\s*(?:-[eo]\b|--(?:error|output)\b)|(?i:error|output|log)$")
"""Directive, or key of HTCondor, that names the output files of a job."""


def jobqueue_sources(module: str, job_class: str) -> tuple[tuple[str, str, str], ...]:
    """Return `Backend.sources` of a cluster class of dask-jobqueue.

    Parameters
    ----------
    module : str
        Module of dask-jobqueue.
    job_class : str
        Name of its job class.
    """
    return (
        ("dask_jobqueue", f"{module}.py", job_class),
        ("dask_jobqueue", "core.py", "Job"),
        ("dask_jobqueue", "core.py", "JobQueueCluster"),
    )


def make_job(backend: str, number: str, name: str, state: str, reason: str = "", host: str = "") -> Job:
    """Return one entry of a job listing as a record. The tag is the part of the name before the first dot."""
    return Job(
        id=number, name=name, tag=name.partition(".")[0], state=state, reason=reason.strip(), host=host, backend=backend
    )


class BatchBackend(Backend):
    """One batch system under dask-jobqueue.

    To add a system, derive from this class in a module of this package. Set `name`, `cluster_classes`, `sources`,
    `submit_program`, `cancel_program`, `listing_command` and `states`, and implement `parse_listing`. Override
    `describe_ended_jobs` if the system records why jobs ended, and `check_submission` if it can test a submission.
    """

    has_jobs = True
    finds_all_jobs = True
    submits_on_scale = True
    adapt_defaults: ClassVar[Mapping[str, Any]] = {"interval": "2s", "wait_count": 15}
    """Jobs that are not needed are cancelled after half a minute."""
    size_arguments: ClassVar[Mapping[str, tuple[str, ...]]] = {"cpus": ("cores",), "memory": ("memory",)}
    writes_job_script = True
    shell_arguments = frozenset(("local_directory", "python"))
    local_folders = ("log_directory", "shared_temp_directory")
    shares_files = True

    submit_program: ClassVar[str]
    """Program that submits a job script, with its subcommand if it has one."""
    cancel_program: ClassVar[str]
    """Program that cancels the jobs with the ids that follow, with its subcommand if it has one."""
    listing_command: ClassVar[tuple[str, ...]]
    """Command that lists the jobs of the user ``{user}``."""
    system_variables: ClassVar[tuple[str, ...]] = ()
    """Environment variables that select another system of the same kind."""
    states: ClassVar[Mapping[str, str]] = {}
    """States of the system, separated by spaces, by the state of `Job`. Other states mean ``ended``."""
    walltime_unit: ClassVar[float] = 60.0
    """Seconds of a walltime without colons."""
    name_argument: ClassVar[str] = "job_name"
    """Argument of the job class with the job's name; empty if there is none."""
    keeper_directives: ClassVar[tuple[str, ...]] = ()
    """Lines of the keeper's job script that stop the system from running the job again.

    A keeper that starts again would find the cluster of its predecessor.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        programs = (cls.submit_program.split()[0], cls.listing_command[0], cls.cancel_program.split()[0])
        cls.commands = tuple(dict.fromkeys(programs))

    @staticmethod
    def parse_listing(text: str) -> list[Job]:
        """Return the jobs in the output of `listing_command`.

        Raises
        ------
        ValueError
            If the output has another form.
        """
        raise NotImplementedError

    @classmethod
    def job_state(cls, state: str) -> str:
        """Return the state of `Job` for a state of the system."""
        return next((name for name, codes in cls.states.items() if state in codes.split()), "ended")

    @classmethod
    def parse_walltime(cls, value: object) -> float:
        """Return the seconds of a walltime, as this system reads it. Raises `ValueError`."""
        return parse_walltime(value, unit=cls.walltime_unit)

    @classmethod
    def get_walltime(cls, value: object) -> float | None:
        """Return the seconds of a walltime, ``None`` for no limit."""
        try:
            return None if value is None or is_unlimited(value) else cls.parse_walltime(value)
        except ValueError:  # in Dask's configuration
            return None

    def describe_ended_jobs(self, ids: Sequence[str]) -> dict[str, str]:
        """Return how jobs ended, by id, for the jobs that the system remembers."""
        return {}

    def label_job(self, job: Any, name: str) -> None:
        """Write a name into a job of dask-jobqueue whose class has no `name_argument`."""

    @classmethod
    def argument_types(cls) -> Mapping[str, ArgumentType]:
        """Return the types of the arguments, walltime included."""
        walltime = ArgumentType(lambda value: is_unlimited(value) or cls.parse_walltime(value), '"01:30:00"')
        return {**super().argument_types(), "processes": COUNT, "job_cpu": COUNT, "walltime": walltime}

    def size_workers(self, profile: Profile, *, cpus: int = 0, memory: str = "", gpus: int = 0) -> dict[str, Any]:
        """Return the overrides for one worker process per job of this size."""
        overrides = super().size_workers(profile, cpus=cpus, memory=memory, gpus=gpus)
        if cpus or memory:
            overrides["cluster_kwargs.processes"] = 1
        return overrides

    def check(self, profile: Profile) -> Iterator[str]:
        """Yield missing commands, a missing interpreter, and a walltime that is too short."""
        absent = [command for command in self.commands if not shutil.which(command)]
        if absent:
            yield (
                f"{', '.join(absent)} {'is' if len(absent) == 1 else 'are'} not on the PATH. "
                "Start Jupyter on a login node, or load the module of the batch system first."
            )
        yield from self._check_command(profile)
        walltime = profile.cluster_kwargs.get("walltime")
        seconds = self.get_walltime(walltime)
        if seconds is None:
            return
        if seconds < _SHORTEST_WALLTIME:
            yield (
                f"The walltime {walltime} leaves a worker no time to work, because it stops before the walltime ends. "
                f"Request at least {format_duration(_SHORTEST_WALLTIME)}."
            )
        lifetime = profile.limits.lifetime
        if profile.keeper == "job" and (lifetime is None or lifetime > seconds):
            yield (
                f"With keeper: job the cluster ends at the walltime, {format_duration(seconds)}, before its lifetime. "
                "Shorten limits.lifetime or request a longer walltime."
            )

    @staticmethod
    def _check_command(profile: Profile) -> Iterator[str]:
        """Yield the parts of the worker's command line that cannot work.

        ``python`` may be a command line, such as ``srun -n 1 python``. Lines before it may change the ``PATH``.
        """
        kwargs = profile.cluster_kwargs
        for argument in ("local_directory", "log_directory", "python"):
            if isinstance(kwargs.get(argument), str) and not kwargs[argument].strip():
                yield f"cluster_kwargs.{argument} is empty. Remove it, or write a value."
        python = str(kwargs.get("python") or "").strip()
        program = python.split()[0] if python else ""
        prologue = kwargs.get("job_script_prologue") or kwargs.get("env_extra")
        if program and "$" not in program and not shutil.which(program) and ("/" in program or not prologue):
            what = "interpreter" if program == python else "program"
            yield (
                f"There is no {what} {program}. Correct cluster_kwargs.python, or remove it to use {sys.executable}."
            )

    def prepare(self, profile: Profile, context: Context) -> dict[str, Any]:
        """Return the arguments with the additions to the class's script, see `additions`."""
        kwargs = super().prepare(profile, context)
        options = ClassOptions(kwargs, self.name)
        kwargs.pop("n_workers", None)  # `scale` submits instead, because it reports a refusal
        kwargs["name"] = kwargs.get("name") or context.name
        kwargs["security"] = context.security
        kwargs["scheduler_options"] = {
            "dashboard_address": context.dashboard_address,
            **context.scheduler_options,
            **{key.replace("-", "_"): value for key, value in (options.get("scheduler_options") or {}).items()},
        }
        if options.get("log_directory") is None and not self._redirects_output(options):
            kwargs["log_directory"] = str(context.directory / "logs")
        if isinstance(folder := options.get("local_directory"), str):
            kwargs["local_directory"] = quote_path(folder)
        if processes := self._count_processes(options):
            kwargs["processes"] = processes  # the class groups the workers of a job by this argument only
        arguments = list(options.get("worker_extra_args", "extra") or [])
        kwargs["worker_extra_args"] = quote_arguments(arguments)
        if options.runs_dask_worker:
            walltime = self.get_walltime(options.get("walltime"))
            kwargs["worker_extra_args"] += [
                *dashboard_arguments(context.dashboard_address, arguments),
                *lifetime_arguments(walltime, arguments),
            ]
        return kwargs

    def _redirects_output(self, options: ClassOptions) -> bool:
        """Return True if a directive of the profile or of Dask's configuration names the job's output files."""
        directives = options.get("job_extra_directives", "job_extra") or ()
        return any(_OUTPUT.match(str(line)) for line in directives)

    @staticmethod
    def _count_processes(options: ClassOptions) -> int | None:
        from distributed.deploy.local import nprocesses_nthreads

        processes, cores = options.get("processes"), options.get("cores")
        if processes is None and cores:
            processes = nprocesses_nthreads(cores)[0]
        return None if processes is None else int(processes)

    async def create(self, profile: Profile, context: Context) -> Cluster:
        """Start the scheduler. No job is submitted on return."""
        cluster_class = import_class(profile.cluster_class, extra=self.extra)
        log = SubmissionLog(
            context.tag,
            lambda: asyncio.to_thread(self.find_jobs, context.tag),
            before_first=lambda: markers.mark_submitted(context.directory),
        )
        dashboard.remove_proxy()
        kwargs = self.prepare(profile, context)
        deferred = dashboard.can_defer(kwargs["scheduler_options"])
        if deferred:
            kwargs["scheduler_options"]["dashboard"] = False
        cluster = cluster_class(job_cls=self.make_job_class(cluster_class, log), **kwargs)
        cluster.jupyter_pipeline_submissions = log
        cluster.jupyter_pipeline_deferred_dashboard = deferred
        return await cluster

    def make_job_class(self, cluster_class: Any, log: SubmissionLog) -> type:
        """Return the job class of `cluster_class`, extended to record submissions in `log`."""
        return track_submissions(cluster_class.job_cls, log, name_argument=self.name_argument, label=self.label_job)

    async def after_start(self, cluster: Cluster) -> None:
        """Add the dashboard, which would delay the first jobs."""
        if getattr(cluster, "jupyter_pipeline_deferred_dashboard", False):
            await dashboard.add(cluster.scheduler, cluster.scheduler_spec["options"])

    async def scale(self, cluster: Cluster, n: int) -> None:
        """Submit or cancel jobs until there are enough for `n` workers.

        Raises
        ------
        ClusterError
            If the batch system refuses, with its reason. Accepted jobs stay.
        """
        log = _submissions(cluster)
        log.backoff.retry_at = 0.0  # a user asks: submit at once
        before = set(cluster.worker_spec)
        cluster.scale(n)
        await cluster._correct_state()
        refused = [name for name, job in cluster.workers.items() if job.job_id is None and name in cluster.worker_spec]
        if not refused or not log.backoff.reason:
            return
        for name in refused:
            _forget_job(cluster, name)
            cluster.worker_spec.pop(name, None)
        requested = len(set(refused) | (set(cluster.worker_spec) - before))
        raise ClusterError(
            f"{self.submit_program} refused {len(refused)} of {requested} jobs: {log.backoff.reason}. "
            "Correct the profile and start again."
        )

    async def replace_lost_workers(self, cluster: Cluster) -> str:
        """Submit again for jobs that ended, were cancelled or reached their walltime."""
        log = _submissions(cluster)
        if log.closing:
            return ""
        jobs = await asyncio.to_thread(self.find_jobs, log.tag, max_age=SHARED_LISTING_AGE)
        if jobs is None:
            return f"{self.listing_command[0]} does not answer"
        active = {job.id for job in jobs if job.state != "ended"}
        connected = _connected_jobs(cluster)
        lost = []
        for name, job in list(cluster.workers.items()):
            present = name in connected
            if present and not job.has_connected:
                job.has_connected = True
                log.backoff.succeed()
            if present or job.job_id in active:
                job.missing_listings = 0
                continue
            job.missing_listings += 1
            if job.job_id is None and not log.backoff.is_waiting:
                _forget_job(cluster, name)
            elif job.job_id is not None and job.missing_listings >= _LOST_AFTER:
                _forget_job(cluster, name)
                lost.append(job)
        await self._record_losses(log, lost)
        if set(cluster.worker_spec) - set(cluster.workers) and not log.backoff.is_waiting:
            await cluster._correct_state()
        if set(cluster.worker_spec) <= connected:
            log.loss = ""
        return "; ".join(filter(None, (log.backoff.reason or log.loss, summarize_pending(jobs))))

    async def _record_losses(self, log: SubmissionLog, lost: Sequence[Any]) -> None:
        """Record how jobs ended. A job that ended early and without a worker counts as a failure."""
        ends = await asyncio.to_thread(self.describe_ended_jobs, [job.job_id for job in lost]) if lost else {}
        for job in lost:
            end = ends.get(job.job_id, "it is gone")
            logger.info("job %s of worker %s: %s", job.job_id, job.name, end)
            if time.monotonic() - job.submitted_at < _SHORT_LIFE and not job.has_connected:
                log.backoff.fail(f"job {job.job_id} ended before its worker came: {end}; see the cluster's logs")
            else:
                log.loss = f"job {job.job_id} is replaced: {end}"

    async def close(self, cluster: Cluster, *, timeout: float = 45.0) -> None:
        """Close the cluster and cancel its jobs. On return the batch system lists none of them.

        Parameters
        ----------
        cluster : Cluster
            Cluster of this backend. No-op if it is already closed and has no jobs.
        timeout : float
            Seconds to wait until the listing is empty.

        Raises
        ------
        ClusterError
            If it is not empty by then.
        """
        log = _submissions(cluster)
        log.closing = True
        deadline = time.monotonic() + timeout
        problem = ""
        submitted = [Job(id=job.job_id, backend=self.name) for job in cluster.workers.values() if job.job_id]
        with contextlib.suppress(ClusterError):  # tried again below, where the error is reported
            await asyncio.to_thread(self.cancel_jobs, submitted)
        await cluster.close()
        while log.used:
            jobs = await asyncio.to_thread(self.find_jobs, log.tag, max_age=0.0)
            if jobs is not None:
                active = [job for job in jobs if job.state in ("pending", "running")]
                if not active:
                    return
                try:
                    await asyncio.to_thread(self.cancel_jobs, active)
                except ClusterError as error:
                    problem = str(error)
            else:
                problem = f"{self.listing_command[0]} does not answer."
            if time.monotonic() > deadline:
                raise ClusterError(f"Jobs of {log.tag} may still exist. {problem}")
            await asyncio.sleep(1.0)

    async def submit_command(self, profile: Profile, context: Context, command: Sequence[str]) -> str:
        """Submit one job that runs `command`, with the header of a worker's job script, and return its id."""
        from distributed.core import Status

        cluster = import_class(profile.cluster_class, extra=self.extra)(**self.prepare(profile, context))
        cluster.status = Status.closed  # only its job is used; it never starts
        job = cluster.job_cls(
            "tcp://keeper:0", name="keeper", **{**cluster._job_kwargs, self.name_argument: f"{context.tag}.0"}
        )
        job._command_template = shlex.join(command)
        job.job_header = "\n".join(filter(None, (job.job_header, *self.keeper_directives)))
        markers.mark_submitted(context.directory)
        await job.start()
        return str(job.job_id)

    @property
    def listing(self) -> JobListing:
        """The listing of this system's jobs."""
        return JobListing(self.name, self.listing_command, self.parse_listing, self.system_variables)

    def find_jobs(self, tag: str | None = None, *, timeout: float = 10.0, max_age: float = 1.0) -> list[Job] | None:
        """Return the jobs of this user whose name begins with `tag`, or with the tag of any cluster."""
        jobs = self.listing.read(timeout=timeout, max_age=max_age)
        if jobs is None:
            return None
        return [job for job in jobs if job.state != "ended" and (job.tag == tag if tag else job.tag.startswith("jp-"))]

    def cancel_jobs(self, jobs: Sequence[Job], *, timeout: float = 30.0) -> None:
        """Cancel `jobs` with one command."""
        if jobs:
            cancel_jobs(self.cancel_program, jobs, self.listing, timeout=timeout)


def _submissions(cluster: Cluster) -> SubmissionLog:
    log: SubmissionLog = cluster.jupyter_pipeline_submissions
    return log


def _connected_jobs(cluster: Cluster) -> set[Any]:
    """Return the names of the jobs with at least one connected worker."""
    names = {str(worker["name"]) for worker in cluster.scheduler_info["workers"].values()}
    found = set()
    for job, spec in cluster.worker_spec.items():
        group: Sequence[str] = spec.get("group") or [""]
        if any(f"{job}{suffix}" in names for suffix in group):
            found.add(job)
    return found


def _forget_job(cluster: Cluster, name: Any) -> None:
    """Remove a lost job, so that Dask fills its place in `worker_spec`."""
    from distributed.core import Status

    job = cluster.workers.pop(name, None)
    if job is not None:
        job.status = Status.closed
