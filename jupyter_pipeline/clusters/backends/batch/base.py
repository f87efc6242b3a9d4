"""The base class of batch systems: dask-jobqueue's classes without their gaps.

dask-jobqueue 0.9.0 has these gaps. A refused submission is silent and makes `close` fail. A lost job is replaced only
under `adapt` and after 15 s. A cancelled job of a cluster of fixed size is never replaced. The loss of one of several
processes of a job is not noticed. `close` leaves jobs if the batch system does not answer. Adaptive scaling cancels
pending jobs and submits them again. `BatchBackend` compares jobs with the listing of the batch system instead.
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from jupyter_pipeline.clusters import dashboards
from jupyter_pipeline.clusters.backends import dashboard
from jupyter_pipeline.clusters.backends.base import (
    COUNT,
    ArgumentType,
    Backend,
    Context,
    import_class,
)
from jupyter_pipeline.clusters.backends.batch import checks, lost_workers
from jupyter_pipeline.clusters.backends.batch.additions import (
    ClassOptions,
    add_guard,
    dashboard_arguments,
    lifetime_arguments,
    quote_arguments,
    quote_path,
)
from jupyter_pipeline.clusters.backends.batch.arrivals import record_arrivals
from jupyter_pipeline.clusters.backends.batch.closing import close_cluster
from jupyter_pipeline.clusters.backends.batch.commands import (
    JobListing,
    cancel_jobs,
    describe_cancellation,
    make_query,
    shorten_error,
)
from jupyter_pipeline.clusters.backends.batch.identity import find_label, get_number
from jupyter_pipeline.clusters.backends.batch.job_search import JobSearch, group_by_environment
from jupyter_pipeline.clusters.backends.batch.lost_workers import forget_job, get_submissions
from jupyter_pipeline.clusters.backends.batch.options import find_option, parse_options, read_directives
from jupyter_pipeline.clusters.backends.batch.output_files import (
    OutputRules,
    find_outputs,
    list_output_files,
    make_pattern,
    unescape,
)
from jupyter_pipeline.clusters.backends.batch.submission import (
    SubmissionLog,
    track_submissions,
)
from jupyter_pipeline.clusters.backends.batch.walltime import is_unlimited, parse_walltime
from jupyter_pipeline.clusters.backends.job import Job
from jupyter_pipeline.clusters.registry import markers
from jupyter_pipeline.clusters.registry.submitted_jobs import SubmittedJob
from jupyter_pipeline.exceptions import ClusterError, ClusterStartError
from jupyter_pipeline.models import Profile

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = ["BatchBackend", "jobqueue_sources", "make_job"]

logger = logging.getLogger("jupyter_pipeline.keeper")

_QUERY_TIMEOUT = 10.0
_OUTPUT = re.compile(r"\s*(?:-[eo]\b|--(?:error|output)\b)|(?i:error|output|log)$")
"""Directive, or key of HTCondor, that names the output files of a job."""
_DEFAULT_NAME = "dask-worker"  # of jobs in dask-jobqueue's configuration


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


def make_job(
    backend: str,
    number: str,
    name: str,
    state: str,
    reason: str = "",
    host: str = "",
    *,
    owner: str = "",
    submitted: float = 0.0,
    texts: Sequence[str] = (),
) -> Job:
    """Return one entry of a job listing as a record.

    Parameters
    ----------
    backend, number, name, state, reason, host, owner, submitted
        See `Job`.
    texts : sequence of str
        Further fields of the job in which its label may be.
    """
    label = find_label(name, *texts)
    return Job(
        id=number,
        name=name,
        label=label,
        tag=label.partition(".")[0],
        state=state,
        reason=reason.strip(),
        host=host,
        backend=backend,
        owner=owner,
        submitted=submitted,
    )


class BatchBackend(Backend):
    """One batch system under dask-jobqueue.

    To add a system, derive from this class in a module of this package. Set `name`, `cluster_classes`, `sources`,
    `submit_program`, `cancel_program`, `listing_command`, `query_command`, `id_patterns`, `directive`, `name_options`,
    `output_rules` and `states`, and implement `parse_listing`. Set `refused_options` to the options that would hide a
    job. Override `label_job` if a field beside the name can have a text. Override `read_ends` if the system records why
    jobs ended, and `check_submission` if it can test a submission.
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
    guards_dashboards = True

    submit_program: ClassVar[str]
    """Program that submits a job script, with its subcommand if it has one."""
    cancel_program: ClassVar[str]
    """Program that cancels the jobs with the ids that follow, with its subcommand if it has one."""
    listing_command: ClassVar[tuple[str, ...]]
    """Command that lists the jobs of the user ``{user}``."""
    query_command: ClassVar[tuple[str, ...]] = ()
    """Command that lists the jobs with the ids ``{ids}``, see `JobListing`; empty if there is none."""
    no_job_message: ClassVar[str] = "No unfinished job"
    """Pattern of the message with which these commands fail if there is no such job."""
    no_job_codes: ClassVar[tuple[int, ...]] = ()
    """Exit codes of these commands with that meaning."""
    select_command: ClassVar[tuple[str, ...]] = ()
    """Command that prints the ids of the jobs of ``{user}``, if `listing_command` lists the jobs of all users."""
    command_settings: ClassVar[Mapping[str, str]] = {}
    """Environment variables for these commands, see `JobListing`."""
    id_patterns: ClassVar[tuple[str, ...]] = ()
    """Patterns of lines of the submit command's output, whose group ``id`` is the job's id. The first match counts."""
    directive: ClassVar[str] = ""
    """Beginning of a directive in a job script."""
    has_long_names: ClassVar[bool] = False
    """True if a single hyphen introduces options with names of several letters."""
    name_options: ClassVar[tuple[str, ...]] = ()
    """Spellings of the option with the job's name."""
    refused_options: ClassVar[Mapping[str, str]] = {}
    """Reasons to refuse an option, by its spellings, separated by spaces."""
    refused_variables: ClassVar[Mapping[str, str]] = {}
    """Reasons to refuse an environment variable of the submit command."""
    needs_name: ClassVar[bool] = False
    """True if only the name of a job can have the label."""
    queries_labels: ClassVar[bool] = False
    """True if only `query_command` shows labels beside the name."""
    system_variables: ClassVar[tuple[str, ...]] = ()
    """Environment variables that select another system of the same kind."""
    output_rules: ClassVar[OutputRules]
    """Options and placeholders of the output files of jobs."""
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

    def parse_query(self, text: str) -> list[Job]:
        """Return the jobs in the output of `query_command`."""
        return self.parse_listing(text)

    def label_arguments(self, arguments: Mapping[str, Any], label: str) -> Mapping[str, Any]:
        """Return further arguments of the job class: the label as the job's name, unless the user names jobs."""
        import dask

        configured = dask.config.get(f"jobqueue.{arguments.get('config_name') or self.name}.name", None)
        is_named = arguments.get("job_name") or configured not in (None, _DEFAULT_NAME)
        return {} if is_named or not self.name_argument else {self.name_argument: label}

    def label_job(self, job: Any, label: str) -> None:
        """Write the label into another field of a job whose name is the user's."""

    def find_job_name(self, script: str) -> str:
        """Return the name of the job in a script, empty without one."""
        return find_option(self.read_directives(script), *self.name_options) or ""

    def read_directives(self, script: str) -> list[tuple[str, str]]:
        """Return the options in a job script, each with its value."""
        return read_directives(script, self.directive, long_names=self.has_long_names) if self.directive else []

    def get_environment(self, script: str) -> Mapping[str, str]:
        """Return the variables that select the batch system of a job."""
        return {name: os.environ[name] for name in self.system_variables if os.environ.get(name)}

    def find_outputs(self, script: str, submit_command: str) -> tuple[str, ...]:
        """Return the names of a job's output files, see `SubmittedJob.outputs`."""
        arguments = parse_options(shlex.split(submit_command)[1:], long_names=self.has_long_names)
        # The submit command runs in the working folder of this process.
        return find_outputs(self.output_rules, self.read_directives(script), arguments, os.environ, os.getcwd())  # noqa: PTH109

    def find_output_files(self, job: SubmittedJob) -> dict[str, list[Path]]:
        """Return the output files of a job, by their names or patterns. A name without a file has an empty list."""
        patterns = [make_pattern(self.output_rules, name, job) for name in job.outputs]
        return {unescape(pattern): list_output_files(pattern, job) for pattern in dict.fromkeys(patterns)}

    def parse_job_id(self, output: str) -> str:
        """Return the id in the output of the submit command, banners of a site's wrapper aside.

        Raises
        ------
        ValueError
            If there is none.
        """
        for pattern in self.id_patterns:
            match = re.search(pattern, output, re.MULTILINE)
            if match:
                return match["id"]
        raise ValueError(f"{self.submit_program} printed no job id: {shorten_error(output)!r}")

    def check_script(self, script: str) -> Iterator[str]:
        """Yield the options and variables with which a job could not be found or would not be a worker."""
        options = self.read_directives(script)
        yield from checks.check_options(options, self.refused_options)
        for variable, reason in self.refused_variables.items():
            if os.environ.get(variable):
                yield f"The environment variable {variable} {reason}"
        if self.needs_name and not find_label(self.find_job_name(script)):
            option = self.name_options[0]
            yield f"The job name must stay free, because only it identifies jobs here. Remove {option} and job_name."

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
        yield from checks.check_command(profile)
        yield from checks.check_walltime(profile, self.get_walltime(profile.cluster_kwargs.get("walltime")))

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
        kwargs["python"] = add_guard(options.get("python") or sys.executable, dashboards.find_guard(context.directory))
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
        log = self._make_log(context)
        kwargs = self.prepare(profile, context)
        if "--no-dashboard" in kwargs["worker_extra_args"]:
            dashboard.remove_proxy()
        deferred = dashboard.can_defer(kwargs["scheduler_options"])
        if deferred:
            kwargs["scheduler_options"]["dashboard"] = False
        cluster = cluster_class(job_cls=self.make_job_class(cluster_class, log), **kwargs)
        self._check_scripts(cluster)
        cluster.jupyter_pipeline_submissions = log
        cluster.jupyter_pipeline_deferred_dashboard = deferred
        await cluster
        record_arrivals(cluster.scheduler, log.arrived)
        return cluster

    def make_job_class(self, cluster_class: Any, log: SubmissionLog) -> type:
        """Return the job class of `cluster_class`, extended to record submissions in `log`."""
        return track_submissions(cluster_class.job_cls, log, self)

    def _make_log(self, context: Context) -> SubmissionLog:
        async def cancel(ids: Collection[str]) -> None:
            await asyncio.to_thread(self._cancel_ids, context.tag, ids)

        return SubmissionLog(
            context.tag,
            context.directory,
            lambda: asyncio.to_thread(self.find_jobs, context.tag),
            cancel,
            before_first=lambda: markers.mark_submitted(context.directory),
        )

    def _check_scripts(self, cluster: Any) -> None:
        """Refuse options in the job script of `cluster` with which its jobs could get lost."""
        from distributed.core import Status

        job = cluster._dummy_job
        arguments = parse_options(shlex.split(job.submit_command)[1:], long_names=self.has_long_names)
        problems = [*checks.check_options(arguments, self.refused_options), *self.check_script(job.job_script())]
        if problems:
            cluster.status = Status.closed  # it has started nothing
            raise ClusterStartError(" ".join(problems))

    def _cancel_ids(self, tag: str, ids: Collection[str]) -> None:
        """Cancel those jobs of a cluster that have one of these ids. A failure is only logged."""
        jobs = self.find_jobs(tag)
        numbers = {get_number(job_id) for job_id in ids}
        active = [job for job in jobs or () if job.state in ("pending", "running")]
        try:
            self.cancel_jobs([job for job in active if get_number(job.id) in numbers])
        except ClusterError as error:
            logger.warning("%s", error)

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
        log = get_submissions(cluster)
        log.backoff.retry_at, log.deaths = 0.0, 0  # a user asks: submit at once
        before = set(cluster.worker_spec)
        cluster.scale(n)
        await cluster._correct_state()
        refused = [name for name, job in cluster.workers.items() if job.job_id is None and name in cluster.worker_spec]
        if not refused or not log.backoff.reason:
            return
        for name in refused:
            forget_job(cluster, name)
            cluster.worker_spec.pop(name, None)
        requested = len(set(refused) | (set(cluster.worker_spec) - before))
        number = f"{len(refused)} of {requested} jobs"
        if log.refused:
            problem, fix = f"{self.submit_program} refused {number}", "Correct the profile and start again."
        else:
            problem, fix = f"{number} were not submitted", "Remove the cause and start again."
        raise ClusterError(f"{problem}: {log.backoff.reason}. {fix}")

    async def replace_lost_workers(self, cluster: Cluster) -> str:
        """Submit again for jobs that ended, were cancelled or reached their walltime.

        Raises
        ------
        ClusterError
            If job after job ended before its worker came, and there is no worker. The message has the last lines of
            a worker's log.
        """
        return await lost_workers.replace_lost_workers(self, cluster)

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
        await close_cluster(self, cluster, timeout=timeout)

    async def submit_command(self, profile: Profile, context: Context, command: Sequence[str]) -> str:
        """Submit one job that runs `command`, with the header of a worker's job script, and return its id."""
        from distributed.core import Status

        cluster_class = import_class(profile.cluster_class, extra=self.extra)
        log = self._make_log(context)
        job_class = self.make_job_class(cluster_class, log)
        cluster = cluster_class(job_cls=job_class, **self.prepare(profile, context))
        self._check_scripts(cluster)
        cluster.status = Status.closed  # only its job is used; it never starts
        job = cluster.job_cls("tcp://keeper:0", name="keeper-0", **cluster._job_kwargs)
        job._command_template = shlex.join(command)
        job.job_header = "\n".join(filter(None, (job.job_header, *self.keeper_directives)))
        await job.start()
        if job.job_id is None:
            raise ClusterStartError(f"The batch system refused the keeper's job: {log.backoff.reason}")
        return str(job.job_id)

    @property
    def listing(self) -> JobListing:
        """The listing of this system's jobs."""
        return JobListing(
            system=self.name,
            command=self.listing_command,
            parse=self.parse_listing,
            query=self.query_command,
            parse_query=self.parse_query,
            no_job=self.no_job_message,
            no_job_codes=self.no_job_codes,
            select=self.select_command,
            variables=self.system_variables,
            settings=self.command_settings,
        )

    @property
    def job_search(self) -> JobSearch:
        """The search for jobs in this listing."""
        return JobSearch(self.listing, self.queries_labels)

    def find_jobs(self, tag: str | None = None, *, timeout: float = 10.0, max_age: float = 1.0) -> list[Job] | None:
        """Return the jobs of this user that have a recorded id or the label of a cluster."""
        return self.job_search.find(tag, timeout=timeout, max_age=max_age)

    def find_remaining_jobs(self, tag: str, *, timeout: float = 10.0) -> list[Job] | None:
        """Return the jobs of a cluster that have not ended. Recorded jobs that the listing lacks are searched by id."""
        return self.job_search.find_remaining(tag, timeout=timeout)

    def describe_ended_jobs(self, jobs: Sequence[SubmittedJob]) -> dict[str, str]:
        """Return how jobs ended, by id, for the jobs that the batch system remembers."""
        described: dict[str, str] = {}
        for environment, group in group_by_environment(jobs):
            query = make_query(self.listing.get_environment(environment), timeout=_QUERY_TIMEOUT)
            ends = self.read_ends([job.id for job in group], query, environment) if group else {}
            by_number = {get_number(job_id): end for job_id, end in ends.items()}
            described |= {job.id: end for job in group if (end := by_number.get(get_number(job.id)))}
        return described

    def read_ends(
        self, ids: Sequence[str], query: Callable[[Sequence[str]], str], environment: Mapping[str, str]
    ) -> Mapping[str, str]:
        """Return how jobs ended, by id.

        Parameters
        ----------
        ids : sequence of str
            Ids of jobs.
        query : callable
            Runs a command in this environment and returns its output.
        environment : mapping
            Variables that select the batch system.
        """
        return {}

    def describe_cancellation(self, jobs: Sequence[Job]) -> str:
        """Return the command with which a user cancels `jobs`."""
        return describe_cancellation(self.cancel_program, [job.id for job in jobs])

    def cancel_jobs(self, jobs: Sequence[Job], *, timeout: float = 30.0) -> None:
        """Cancel `jobs` with one command."""
        if jobs:
            cancel_jobs(self.cancel_program, jobs, self.listing, timeout=timeout)
