"""Job classes of dask-jobqueue that record their submission.

`dask_jobqueue.core.Job` has these gaps. A refused submission raises in a background task and prevents the cluster from
closing. A submission whose answer is lost leaves an unknown job. The first number in the answer counts as the id, a
banner's too. A cluster whose jobs are refused keeps submitting. `track_submissions` derives a class without these gaps.
It records each submission in a `SubmissionLog`, and its id in the cluster's folder before anything else.
"""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from jupyter_pipeline import processes
from jupyter_pipeline.clusters.backends.backoff import Backoff
from jupyter_pipeline.clusters.backends.batch.commands import shorten_error
from jupyter_pipeline.clusters.backends.job import Job
from jupyter_pipeline.clusters.registry.submitted_jobs import JobFile, SubmittedJob

__all__ = [
    "CANCELLED",
    "CommandError",
    "JobOptions",
    "SubmissionLog",
    "close_unknown_jobs",
    "run_command",
    "track_submissions",
]

CANCELLED = "it was cancelled by the cluster"
"""End of a job that is not needed any more."""
_SUBMIT_TIMEOUT = 60.0
_GRACE = 5.0
_ADOPTION_ATTEMPTS = 4
_DISCARDED = "2> /dev/null"
_NOT_SENT = "(connect failure)"  # Slurm did not reach its controller, so there is no job to adopt


class CommandError(RuntimeError):
    """A command of the batch system failed. The message is its output."""


class JobOptions(Protocol):
    """The part of a batch system that its jobs need."""

    def label_arguments(self, arguments: Mapping[str, Any], label: str) -> Mapping[str, Any]:
        """Return further arguments of the job class, which write the label into a job."""

    def label_job(self, job: Any, label: str) -> None:
        """Write the label into a job that has another name."""

    def find_job_name(self, script: str) -> str:
        """Return the name of a job."""

    def get_environment(self, script: str) -> Mapping[str, str]:
        """Return the variables that select the batch system of a job."""

    def find_outputs(self, script: str, submit_command: str) -> tuple[str, ...]:
        """Return the names of a job's output files, see `SubmittedJob.outputs`."""

    def parse_job_id(self, output: str) -> str:
        """Return the id in the output of the submit command."""


@dataclass(slots=True)
class SubmissionLog:
    """Submissions of one cluster and their results.

    Parameters
    ----------
    tag : str
        Id of the cluster. The label of a job is ``tag.number``.
    folder : Path
        Folder of the cluster.
    find : callable
        Returns the active jobs of the cluster, ``None`` if they are unknown.
    cancel : callable
        Cancels the cluster's jobs with these ids.
    before_first : callable
        Function to call before the first submission.
    """

    tag: str
    folder: Path
    find: Callable[[], Awaitable[list[Job] | None]]
    cancel: Callable[[Collection[str]], Awaitable[None]]
    before_first: Callable[[], None] = lambda: None
    file: JobFile = field(init=False)
    known: set[str] = field(default_factory=set)
    """Ids of all jobs that were submitted."""
    cancelled: dict[str, float] = field(default_factory=dict)
    """Ids of jobs that must end, each with the monotonic time of its cancellation."""
    arrived: set[str] = field(default_factory=set)
    """Names of workers that have connected."""
    pending: set[asyncio.Future[None]] = field(default_factory=set)
    """Submissions that have not ended."""
    backoff: Backoff = field(default_factory=Backoff)
    refused: bool = False
    """True if the reason of `backoff` is the answer of the submit command."""
    deaths: int = 0
    """Consecutive times that jobs ended before their workers came."""
    loss: str = ""
    """End of the job that was lost last, until its worker is replaced."""
    closing: bool = False
    used: bool = False
    """True if a job was submitted."""
    _cancellation: asyncio.Future[None] | None = None

    def __post_init__(self) -> None:
        self.file = JobFile(self.folder, self.tag)

    def open(self, label: str, name: str, environment: Mapping[str, str], outputs: tuple[str, ...] = ()) -> int:
        """Record that a job is about to be submitted, and return the number of the submission.

        Raises
        ------
        OSError
            If it cannot be recorded. The caller must not submit then.
        """
        if not self.used:
            self.before_first()
            self.used = True
        job = SubmittedJob(
            label=label,
            time=time.time(),
            name=name,
            user=getpass.getuser(),
            environment=dict(environment),
            outputs=outputs,
        )
        return self.file.add(job)

    def fail(self, reason: str) -> None:
        """Record that jobs ended before their workers came."""
        self.deaths += 1
        self.backoff.fail(reason)

    def succeed(self) -> None:
        """Record that a worker has connected."""
        self.deaths = 0
        self.backoff.succeed()

    async def wait_for_submissions(self, timeout: float) -> None:
        """Return when no submission is in progress, at the latest after `timeout` seconds."""
        if self.pending:
            await asyncio.wait(self.pending, timeout=timeout)

    async def cancel_later(self, job_id: str) -> None:
        """Cancel a job, together with others that are cancelled at the same time."""
        self.cancelled[job_id] = time.monotonic()
        self.file.record_ends({job_id: CANCELLED})
        if self._cancellation is None or self._cancellation.done():
            self._cancellation = asyncio.ensure_future(self._cancel_all())
        await asyncio.shield(self._cancellation)

    async def _cancel_all(self) -> None:
        await asyncio.sleep(0)  # other jobs of the same change of size
        await self.cancel(frozenset(self.cancelled))


def track_submissions(job_class: type, log: SubmissionLog, options: JobOptions) -> type:
    """Return a class derived from a `dask_jobqueue.core.Job` that records its submission in `log`.

    Parameters
    ----------
    job_class : type
        The job class of a cluster class.
    log : SubmissionLog
        Log of the cluster.
    options : JobOptions
        The batch system.
    """
    base: Any = job_class

    class TrackedJob(base):  # type: ignore[misc]
        """A job with a time limit for its submission, which survives a refusal and a lost answer."""

        def __init__(self, scheduler: Any = None, name: Any = None, **kwargs: Any) -> None:
            number = str(name).rpartition("-")[2]
            self.label = f"{log.tag}.{number if number.isdigit() else 0}"
            self.submitted_at = time.monotonic()
            self.missing_listings = 0
            self.has_connected = False
            self.was_submitted = False
            self.job_id: str | None = None
            super().__init__(scheduler, name, **{**kwargs, **options.label_arguments(kwargs, self.label)})
            options.label_job(self, self.label)

        @contextlib.contextmanager
        def job_file(self) -> Iterator[str]:
            """Write the script into a file with the label as its name, which batch systems list."""
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder, f"{self.label}.sh")
                path.write_text(self.job_script())
                yield str(path)

        async def start(self) -> None:
            """Submit the job. After a refusal, which the log records, the job has no id.

            A cancelled start does not cancel the submission, because its answer has the job's id.
            """
            from distributed.core import Status

            if not log.closing and not log.backoff.is_waiting:
                submission = asyncio.ensure_future(self._submit())
                log.pending.add(submission)
                submission.add_done_callback(log.pending.discard)
                await asyncio.shield(submission)
            self.submitted_at = time.monotonic()
            self.status = Status.running

        async def _submit(self) -> None:
            script = self.job_script()
            try:
                outputs = options.find_outputs(script, self.submit_command)
                name, environment = options.find_job_name(script), options.get_environment(script)
                self._number = log.open(self.label, name, environment, outputs)
            except OSError as error:
                log.refused = False
                log.backoff.fail(f"a job cannot be recorded in {log.folder}: {error.strerror}")
                return
            self.was_submitted = True
            try:
                await super().start()
            except (CommandError, ValueError, OSError) as error:
                self.job_id = None
                if _NOT_SENT not in str(error) and await self._find_job():
                    return
                log.refused = isinstance(error, CommandError)
                log.backoff.fail(str(error))
                if log.refused:
                    self._record(refused=True)

        def _job_id_from_submit_output(self, out: str) -> str:
            """Return the id of the job. It is recorded before any other code runs."""
            job_id = options.parse_job_id(out)
            self._record(id=job_id)
            return job_id

        def _record(self, **changes: Any) -> None:
            if changes.get("id"):
                log.known.add(changes["id"])
            with contextlib.suppress(OSError):  # the job is found by its label
                log.file.update(self._number, **changes)

        async def _find_job(self) -> bool:
            """Return True if the batch system accepted the job and only the answer was lost."""
            for attempt in range(_ADOPTION_ATTEMPTS):
                jobs = await log.find()
                if self.adopt(jobs or ()):
                    return True
                if jobs is not None and attempt > 0:
                    return False
                await asyncio.sleep(1.0)
            return False

        def adopt(self, jobs: Iterable[Job]) -> bool:
            """Take the id of the active job with this job's label, and return True if there is one."""
            for job in jobs:
                if job.label == self.label and job.id not in log.known and job.state in ("pending", "running"):
                    self.job_id = job.id
                    self._record(id=job.id)
                    return True
            return False

        async def close(self) -> None:
            """Cancel the job. When the whole cluster closes, one command cancels all jobs instead."""
            from distributed.core import Status

            if self.job_id is not None and not log.closing:
                await log.cancel_later(self.job_id)
            self.status = Status.closed
            self._event_finished.set()

        @staticmethod
        async def _call(cmd: list[str], *, shell: bool = False, **kwargs: Any) -> str:
            return await run_command(cmd, shell=shell)

    TrackedJob.__name__ = job_class.__name__
    return TrackedJob


def close_unknown_jobs(cluster: Any) -> None:
    """Mark jobs as closed that `cluster` does not know, because their start was cancelled. Its `close` requires it.

    Parameters
    ----------
    cluster : dask_jobqueue.core.JobQueueCluster
        The cluster.
    """
    from distributed.core import Status

    for job in cluster._created:
        if job not in cluster.workers.values():
            job.status = Status.closed


async def run_command(command: list[str], *, shell: bool = False) -> str:
    """Run a command of the batch system and return its output.

    Parameters
    ----------
    command : list of str
        Program and arguments.
    shell : bool
        Run it through a shell, as LSF's ``bsub < script`` requires.

    Raises
    ------
    CommandError
        If it fails, or does not answer within a minute. The message is its output.
    """
    create: Any = asyncio.create_subprocess_shell if shell else asyncio.create_subprocess_exec
    program = Path(command[0].split()[0]).name.rstrip("<")  # `bsub< script`
    if shell:  # the class of LSF discards the reason of a refusal
        command = [command[0].removesuffix(_DISCARDED).rstrip()]
    process = await create(
        *command,
        env={**os.environ, "PWD": os.getcwd()},  # noqa: PTH109 - OAR reads a job's folder from PWD and requires it
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), _SUBMIT_TIMEOUT)
    except TimeoutError:
        await processes.terminate_group_async(process, grace=_GRACE)
        raise CommandError(f"{program} did not answer within {_SUBMIT_TIMEOUT:.0f} s") from None
    if process.returncode != 0:
        # OAR's reason is on stdout. Banners of a site are there, too, so it comes last.
        reason = shorten_error((err + b"\n" + out).decode(errors="replace"), program)
        raise CommandError(reason or f"{program} failed with code {process.returncode}")
    return str(out.decode(errors="replace"))
