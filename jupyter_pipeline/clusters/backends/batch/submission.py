"""Job classes of dask-jobqueue that record their submission.

`dask_jobqueue.core.Job` has three gaps. A refused submission raises in a background task and prevents the cluster from
closing. A submission whose answer is lost leaves an unknown job. A cluster whose jobs are refused keeps submitting.
`track_submissions` derives a class without these gaps, which records each submission in a `SubmissionLog`.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_pipeline import processes
from jupyter_pipeline.clusters.backends.backoff import Backoff
from jupyter_pipeline.clusters.backends.batch.commands import shorten_error
from jupyter_pipeline.clusters.backends.job import Job

__all__ = ["CommandError", "SubmissionLog", "run_command", "track_submissions"]

_SUBMIT_TIMEOUT = 60.0
_GRACE = 5.0
_ADOPTION_ATTEMPTS = 4
_NOT_SENT = "(connect failure)"  # Slurm did not reach its controller, so there is no job to adopt


class CommandError(RuntimeError):
    """A command of the batch system failed. The message is its output."""


@dataclass(slots=True)
class SubmissionLog:
    """Submissions of one cluster and their results.

    Parameters
    ----------
    tag : str
        Id of the cluster. A job is called ``tag.number``.
    find : callable
        Returns the active jobs with that tag, ``None`` if they are unknown.
    """

    tag: str
    find: Callable[[], Awaitable[list[Job] | None]]
    known: set[str] = field(default_factory=set)
    """Ids of all jobs that were submitted."""
    backoff: Backoff = field(default_factory=Backoff)
    loss: str = ""
    """End of the job that was lost last, until its worker is replaced."""
    closing: bool = False
    before_first: Callable[[], None] = lambda: None
    """Function to call before the first submission."""
    used: bool = False
    """True if a job was submitted."""

    def open(self) -> None:
        """Record that a job is about to be submitted."""
        if not self.used:
            self.before_first()
            self.used = True


def track_submissions(
    job_class: type,
    log: SubmissionLog,
    *,
    name_argument: str = "job_name",
    label: Callable[[Any, str], None] = lambda job, name: None,
) -> type:
    """Return a class derived from a `dask_jobqueue.core.Job` that records its submission in `log`.

    Parameters
    ----------
    job_class : type
        The job class of a cluster class.
    log : SubmissionLog
        Log of the cluster.
    name_argument : str
        Argument of the class with the name of the job; empty if there is none.
    label : callable
        Writes a name into a job whose class has no such argument.
    """
    base: Any = job_class

    class TrackedJob(base):  # type: ignore[misc]
        """A job with a time limit for its submission, which survives a refusal and a lost answer."""

        def __init__(self, scheduler: Any = None, name: Any = None, **kwargs: Any) -> None:
            self.tagged_name = f"{log.tag}.{str(name).rpartition('-')[2]}"
            self.submitted_at = time.monotonic()
            self.missing_listings = 0
            self.has_connected = False
            named = {name_argument: self.tagged_name} if name_argument else {}
            super().__init__(scheduler, name, **{**kwargs, **named})
            label(self, self.tagged_name)

        async def start(self) -> None:
            """Submit the job. After a refusal, which the log records, the job has no id."""
            from distributed.core import Status

            if not log.closing and not log.backoff.is_waiting:
                try:
                    log.open()
                    await super().start()
                except (CommandError, ValueError, OSError) as error:
                    self.job_id = None if _NOT_SENT in str(error) else await self._adopt()
                    if self.job_id is None:
                        log.backoff.fail(str(error))
                if self.job_id is not None:
                    log.known.add(self.job_id)
            self.submitted_at = time.monotonic()
            self.status = Status.running

        async def _adopt(self) -> str | None:
            """Return the id of the job if the batch system accepted it and only the answer was lost."""
            for attempt in range(_ADOPTION_ATTEMPTS):
                jobs = await log.find()
                for job in jobs or []:
                    if job.name == self.tagged_name and job.id not in log.known and job.state in ("pending", "running"):
                        return str(job.id)
                if jobs is not None and attempt > 0:
                    return None
                await asyncio.sleep(1.0)
            return None

        async def close(self) -> None:
            """Cancel the job. When the whole cluster closes, one command cancels all jobs instead."""
            from distributed.core import Status

            if log.closing:
                self.status = Status.closed
                self._event_finished.set()
            else:
                await super().close()
                self.status = Status.closed

        @staticmethod
        async def _call(cmd: list[str], *, shell: bool = False, **kwargs: Any) -> str:
            return await run_command(cmd, shell=shell)

    TrackedJob.__name__ = job_class.__name__
    return TrackedJob


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
        raise CommandError(f"{command[0]} did not answer within {_SUBMIT_TIMEOUT:.0f} s") from None
    if process.returncode != 0:
        program = Path(command[0].split()[0]).name.rstrip("<")  # `bsub< script`
        reason = shorten_error((out + b"\n" + err).decode(errors="replace"), program)  # OAR's reason is on stdout
        raise CommandError(reason or f"{command[0]} failed with code {process.returncode}")
    return str(out.decode(errors="replace"))
