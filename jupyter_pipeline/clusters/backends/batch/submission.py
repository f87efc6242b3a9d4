"""Jobs of dask-jobqueue that know what became of them.

`dask_jobqueue.core.Job` has three gaps that its cluster cannot close from outside: a refused submission raises where
nobody looks and leaves the cluster unable to close; a submission whose answer was lost leaves a job that nobody knows;
and a cluster that is refused goes on submitting. `tracked` derives from any of its job classes one that keeps a
`Ledger`.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from jupyter_pipeline.clusters.backends.backoff import Backoff
from jupyter_pipeline.clusters.backends.batch.commands import explain
from jupyter_pipeline.clusters.backends.batch.job import Job

__all__ = ["CommandError", "Ledger", "tracked"]

_SUBMIT_TIMEOUT = 60.0
_ADOPTION_TRIES = 4
_NEVER_SENT = "(connect failure)"  # Slurm's word for a controller that was not reached; of a lost answer it says others


class CommandError(RuntimeError):
    """A command of the batch system failed; the message is what it said."""


@dataclass(slots=True)
class Ledger:
    """What one cluster submitted, and how that went.

    Parameters
    ----------
    tag : str
        Id of the cluster; a job is called ``tag.number``.
    find : callable
        Returns the living jobs with that tag, ``None`` when they are unknown.
    """

    tag: str
    find: Callable[[], Awaitable[list[Job] | None]]
    wanted: int | None = None
    """Workers of a cluster of fixed size."""
    known: set[str] = field(default_factory=set)
    """Ids of all jobs ever submitted."""
    backoff: Backoff = field(default_factory=Backoff)
    lost: str = ""
    """How the last job ended that was lost, until its worker is replaced."""
    closing: bool = False
    before_first: Callable[[], None] = lambda: None
    """Called before the first job is handed to the batch system."""
    used: bool = False
    """Whether one was: until then there is nothing to be found."""

    def use(self) -> None:
        """Note that a job is about to be submitted."""
        if not self.used:
            self.before_first()
            self.used = True


def tracked(job_class: type, ledger: Ledger) -> type:
    """Return a class derived from `job_class`, a `dask_jobqueue.core.Job`, that keeps `ledger`."""
    base: Any = job_class
    is_condor = job_class.__name__ == "HTCondorJob"

    class TrackedJob(base):  # type: ignore[misc]
        """A job whose submission is bounded in time, adopted when its answer was lost, and told when refused."""

        def __init__(self, scheduler: Any = None, name: Any = None, **kwargs: Any) -> None:
            self.tagged = f"{ledger.tag}.{str(name).rpartition('-')[2]}"
            self.born = time.monotonic()
            self.missed = 0
            self.came = False
            if is_condor:
                super().__init__(scheduler, name, **kwargs)
                self.job_header_dict["MY.JupyterPipelineJob"] = f'"{self.tagged}"'
            else:
                super().__init__(scheduler, name, **{**kwargs, "job_name": self.tagged})

        async def start(self) -> None:
            """Submit the job. A refusal is noted in the ledger; the job then stays without an id."""
            from distributed.core import Status

            if not ledger.closing and not ledger.backoff.waiting:
                try:
                    ledger.use()
                    await super().start()
                except (CommandError, ValueError, OSError) as error:
                    self.job_id = None if _NEVER_SENT in str(error) else await self._adopt()
                    if self.job_id is None:
                        ledger.backoff.failed(str(error))
                if self.job_id is not None:
                    ledger.known.add(self.job_id)
            self.born = time.monotonic()
            self.status = Status.running

        async def _adopt(self) -> str | None:
            """Return the id of the job if it was accepted and only the answer was lost."""
            for attempt in range(_ADOPTION_TRIES):
                jobs = await ledger.find()
                for job in jobs or []:
                    if job.name == self.tagged and job.id not in ledger.known and job.state in ("pending", "running"):
                        return str(job.id)
                if jobs is not None and attempt > 0:
                    return None
                await asyncio.sleep(1.0)
            return None

        async def close(self) -> None:
            """Cancel the job, except when the whole cluster closes: then all are cancelled by one command."""
            from distributed.core import Status

            if ledger.closing:
                self.status = Status.closed
                self._event_finished.set()
            else:
                await super().close()
                self.status = Status.closed

        @staticmethod
        async def _call(cmd: list[str], *, shell: bool = False, **kwargs: Any) -> str:
            return await call(cmd, shell=shell)

    TrackedJob.__name__ = job_class.__name__
    return TrackedJob


async def call(command: list[str], *, shell: bool = False) -> str:
    """Run a command of the batch system and return what it printed.

    Parameters
    ----------
    command : list of str
    shell : bool
        Through a shell, as LSF's ``bsub < script`` is.

    Raises
    ------
    CommandError
        If it fails, or does not answer within a minute; the message is what it said.
    """
    create: Any = asyncio.create_subprocess_shell if shell else asyncio.create_subprocess_exec
    process = await create(
        *command,
        env={**os.environ, "PWD": os.getcwd()},  # noqa: PTH109 - OAR takes a job's folder from there, and must have one
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), _SUBMIT_TIMEOUT)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise CommandError(f"{command[0]} did not answer within {_SUBMIT_TIMEOUT:.0f} s") from None
    if process.returncode != 0:
        said = explain((out + b"\n" + err).decode(errors="replace"))  # OAR tells its reason on standard output
        raise CommandError(said or f"{command[0]} failed with code {process.returncode}")
    return str(out.decode(errors="replace"))
