"""Run the commands of a batch system: list jobs, cancel jobs, and shorten error messages.

Keepers of one user list jobs at the same time. The last listing is stored for a second in ``runtime_dir()``, under a
lock, so the batch system receives one request for all of them.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_pipeline import paths
from jupyter_pipeline.clusters.backends.batch.identity import get_number, remove_duplicates
from jupyter_pipeline.clusters.backends.job import Job
from jupyter_pipeline.exceptions import ClusterError

__all__ = ["JobListing", "cancel_jobs", "describe_cancellation", "make_query", "shorten_error"]

_BATCH = 200  # ids in one command


@dataclass(frozen=True, slots=True, kw_only=True)
class JobListing:
    """The commands that list jobs, and their parsers.

    Parameters
    ----------
    system : str
        Name of the batch system.
    command : tuple of str
        Program and arguments that list the jobs of a user; ``{user}`` stands for the user's name.
    parse : callable
        Returns the jobs in the output. Raises `ValueError` for output of another form: those jobs are unknown, not
        gone.
    query : tuple of str
        Program and arguments that list the jobs with some ids. An argument ``{ids}`` is replaced by the ids, and
        ``{ids}`` in another argument by the ids with commas. Empty if there is no such command.
    parse_query : callable, optional
        Like `parse`, for the output of `query`.
    no_job : str
        Pattern of the message with which a command fails if it finds no job, or not all.
    no_job_codes : tuple of int
        Exit codes with the same meaning.
    select : tuple of str
        Program and arguments that print the ids of a user's jobs, for a system whose `command` lists all users' jobs.
        It is used if it is installed beside `command`: another batch system may have a program of that name.
    variables : tuple of str
        Environment variables that select another system of the same kind.
    settings : mapping
        Environment variables for the commands. A name that ends with ``*`` removes all variables with that prefix.
    """

    system: str
    command: tuple[str, ...]
    parse: Callable[[str], list[Job]]
    query: tuple[str, ...] = ()
    parse_query: Callable[[str], list[Job]] | None = None
    no_job: str = "No unfinished job"
    no_job_codes: tuple[int, ...] = ()
    select: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)

    def read(
        self, *, timeout: float = 10.0, max_age: float = 1.0, environment: Mapping[str, str] | None = None
    ) -> list[Job] | None:
        """Return all jobs of this user, or ``None`` if the batch system does not answer.

        Parameters
        ----------
        timeout : float
            Seconds to wait for the command.
        max_age : float
            Maximum age in seconds of a stored listing; 0 runs the command.
        environment : mapping, optional
            Variables that select the batch system, if they differ from this process's.
        """
        import filelock

        selected = {**os.environ, **(environment or {})}
        key = hashlib.sha256(repr([self.system, *(selected.get(v) for v in self.variables)]).encode()).hexdigest()
        cache = paths.runtime_dir() / f"jobs-{self.system}-{key[:12]}.json"
        requested = time.time()
        try:
            with filelock.FileLock(f"{cache}.lock", timeout=timeout + 5, mode=0o600):
                # A listing that another process stored while this one waited for the lock is recent enough.
                oldest = min(requested, time.time() - max_age)
                stored = _read_cache(cache.read_bytes() if cache.exists() else b"", oldest)
                if stored is not None and max_age > 0:
                    return [Job.from_dict(job) for job in stored]
                started = time.time()
                jobs = self._list(timeout, environment)
                if jobs is not None:
                    paths.write_private(cache, json.dumps({"time": started, "jobs": [j.to_dict() for j in jobs]}))
                return jobs
        except (filelock.Timeout, OSError):
            return self._list(timeout, environment)  # no space or no locks in that folder: do not share

    def read_ids(
        self, ids: Sequence[str], *, timeout: float = 10.0, environment: Mapping[str, str] | None = None
    ) -> list[Job] | None:
        """Return the jobs with these ids that the batch system knows, of any user.

        Parameters
        ----------
        ids : sequence of str
            Ids of jobs.
        timeout : float
            Seconds to wait for each command.
        environment : mapping, optional
            Variables that select the batch system, if they differ from this process's.

        Returns
        -------
        list of Job or None
            ``None`` if the batch system does not answer.
        """
        found: list[Job] = []
        for first in range(0, len(ids), _BATCH):
            part = ids[first : first + _BATCH]
            command: list[str] = []
            for word in self.query:
                command += part if word == "{ids}" else [word.replace("{ids}", ",".join(part))]
            jobs = self._run(command, self.parse_query or self.parse, timeout, environment)
            if jobs is None:
                return None
            found += jobs
        return remove_duplicates(found)

    def get_environment(self, environment: Mapping[str, str] | None) -> dict[str, str]:
        """Return the environment of the commands.

        Parameters
        ----------
        environment : mapping or None
            Variables that select the batch system.
        """
        values = {**os.environ, **(environment or {})}
        for name, value in self.settings.items():
            if name.endswith("*"):
                values = {k: v for k, v in values.items() if not k.startswith(name[:-1])}
            else:
                values[name] = value
        return values

    def _list(self, timeout: float, environment: Mapping[str, str] | None) -> list[Job] | None:
        user = getpass.getuser()
        if self.select and _are_together(self.select[0], self.command[0]):
            command = [part.replace("{user}", user) for part in self.select]
            selected = self._run(command, lambda text: [Job(id=word) for word in text.split()], timeout, environment)
            ids = None if selected is None else [job.id for job in selected]
            return None if ids is None else self.read_ids(ids, timeout=timeout, environment=environment)
        command = [part.replace("{user}", user) for part in self.command]
        jobs = self._run(command, self.parse, timeout, environment)
        return None if jobs is None else [j for j in remove_duplicates(jobs) if j.label or j.owner in ("", user)]

    def _run(
        self,
        command: Sequence[str],
        parse: Callable[[str], list[Job]],
        timeout: float,
        environment: Mapping[str, str] | None,
    ) -> list[Job] | None:
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=timeout,
                stdin=subprocess.DEVNULL,
                env=self.get_environment(environment),
            )
            failed = done.returncode not in (0, *self.no_job_codes)
            if failed and not re.search(self.no_job, done.stderr + done.stdout):
                return None
            return parse(done.stdout)
        except (OSError, subprocess.TimeoutExpired, ValueError, AttributeError, TypeError):
            return None


def _are_together(program: str, other: str) -> bool:
    """Return True if two programs are on the ``PATH`` in one folder."""
    first, second = shutil.which(program), shutil.which(other)
    return first is not None and second is not None and Path(first).parent == Path(second).parent


def cancel_jobs(program: str, jobs: Sequence[Job], listing: JobListing, *, timeout: float = 30.0) -> None:
    """Cancel `jobs`, up to 200 with one command.

    Raises
    ------
    ClusterError
        If the batch system does not answer, or refuses and a job is still active.
    """
    groups: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for job in jobs:
        groups.setdefault(tuple(sorted(job.environment.items())), []).append(job.id)
    for selection, ids in groups.items():
        _cancel_ids(program, ids, listing, dict(selection), timeout)


def _cancel_ids(
    program: str, ids: Sequence[str], listing: JobListing, environment: Mapping[str, str], timeout: float
) -> None:
    refusal = ""
    values = listing.get_environment(environment)
    for first in range(0, len(ids), _BATCH):
        command = [*program.split(), *ids[first : first + _BATCH]]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL, env=values
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ClusterError(f"{program} could not cancel jobs {', '.join(ids[:5])}: {error}.") from error
        if done.returncode != 0:
            refusal = shorten_error(done.stderr or done.stdout, program)
    if refusal:  # most programs also fail for jobs that have ended
        read = listing.read_ids if listing.query else lambda ids, **options: listing.read(max_age=0, **options)
        jobs_now = read(ids, timeout=timeout, environment=environment)
        running = {get_number(job.id) for job in jobs_now or () if job.state in ("pending", "running")}
        remaining = [job_id for job_id in ids if jobs_now is None or get_number(job_id) in running]
        if remaining:
            raise ClusterError(
                f"{program} did not cancel jobs {', '.join(remaining[:5])}: {refusal}. "
                f"Cancel them: {describe_cancellation(program, remaining)}"
            )


def describe_cancellation(program: str, ids: Sequence[str]) -> str:
    """Return the command that cancels jobs.

    Parameters
    ----------
    program : str
        Program that cancels jobs, with its subcommand if it has one.
    ids : sequence of str
        Ids of the jobs.

    Examples
    --------
    >>> describe_cancellation("scancel", ["17", "18"])
    'scancel 17 18'
    """
    return shlex.join([*program.split(), *ids])


def make_query(environment: Mapping[str, str], *, timeout: float) -> Callable[[Sequence[str]], str]:
    """Return a function that runs a command and returns its output, empty if it cannot run.

    Parameters
    ----------
    environment : mapping
        Environment of the commands.
    timeout : float
        Seconds for all commands together. Later commands do not run.
    """
    deadline = time.monotonic() + timeout

    def query(command: Sequence[str]) -> str:
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            return ""
        try:
            return subprocess.run(
                command,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=remaining,
                stdin=subprocess.DEVNULL,
                env=environment,
            ).stdout
        except (OSError, subprocess.TimeoutExpired):
            return ""

    return query


def shorten_error(text: str, *programs: str) -> str:
    r"""Return an error message of a batch system as one line, without the names of its programs.

    Parameters
    ----------
    text : str
        Standard error of the program.
    *programs : str
        Names at the beginning of lines to omit, beside ``error`` and ``fatal``.

    Examples
    --------
    >>> shorten_error("sbatch: error: invalid partition: nope\nsbatch: error: Batch job submission failed", "sbatch")
    'invalid partition: nope; Batch job submission failed'
    """
    noise = {"error", "fatal", *programs}
    lines: list[str] = []
    for line in text.strip().splitlines():
        parts = line.strip().split(": ")
        while len(parts) > 1 and parts[0].lower() in noise:
            parts.pop(0)
        short = ": ".join(parts).strip().rstrip(".")
        if short and short not in lines:
            lines.append(short)
    return "; ".join(lines[:4])[:400]


def _read_cache(content: bytes, oldest: float) -> list[dict[str, Any]] | None:
    try:
        stored = json.loads(content)
        return list(stored["jobs"]) if stored["time"] >= oldest else None
    except (ValueError, KeyError, TypeError):
        return None
