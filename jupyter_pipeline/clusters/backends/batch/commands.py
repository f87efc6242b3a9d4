"""Run the commands of a batch system: list jobs, cancel jobs, and shorten error messages.

Keepers of one user list jobs at the same time. The last listing is stored for a second in ``runtime_dir()``, under a
lock, so the batch system receives one request for all of them.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from jupyter_pipeline import paths
from jupyter_pipeline.clusters.backends.job import Job
from jupyter_pipeline.exceptions import ClusterError

__all__ = ["JobListing", "cancel_jobs", "run_query", "shorten_error"]

_CANCEL_BATCH = 200
_QUERY_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class JobListing:
    """The command that lists the jobs of a user, and its parser.

    Parameters
    ----------
    system : str
        Name of the batch system.
    command : tuple of str
        Program and arguments; ``{user}`` stands for the user's name.
    parse : callable
        Returns the jobs in the output. Raises `ValueError` for output of another form: those jobs are unknown, not
        gone.
    variables : tuple of str
        Environment variables that select another system of the same kind.
    """

    system: str
    command: tuple[str, ...]
    parse: Callable[[str], list[Job]]
    variables: tuple[str, ...] = ()

    def read(self, *, timeout: float = 10.0, max_age: float = 1.0) -> list[Job] | None:
        """Return all jobs of this user, or ``None`` if the batch system does not answer.

        Parameters
        ----------
        timeout : float
            Seconds to wait for the command.
        max_age : float
            Maximum age in seconds of a stored listing; 0 runs the command.
        """
        import filelock

        key = hashlib.sha256(repr([self.system, *(os.environ.get(v) for v in self.variables)]).encode()).hexdigest()
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
                jobs = self._run(timeout)
                if jobs is not None:
                    paths.write_private(cache, json.dumps({"time": started, "jobs": [j.to_dict() for j in jobs]}))
                return jobs
        except (filelock.Timeout, OSError):
            return self._run(timeout)  # no space or no locks in that folder: do not share

    def _run(self, timeout: float) -> list[Job] | None:
        command = [part.format(user=getpass.getuser()) for part in self.command]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL)
            if done.returncode != 0 and "No unfinished job" not in done.stderr:
                return None
            return self.parse(done.stdout)
        except (OSError, subprocess.TimeoutExpired, ValueError, AttributeError, TypeError):
            return None


def cancel_jobs(program: str, jobs: Sequence[Job], listing: JobListing, *, timeout: float = 30.0) -> None:
    """Cancel `jobs`, up to 200 with one command.

    Raises
    ------
    ClusterError
        If the batch system does not answer, or refuses and a job is still active.
    """
    ids = [job.id for job in jobs]
    refusal = ""
    for first in range(0, len(ids), _CANCEL_BATCH):
        command = [*program.split(), *ids[first : first + _CANCEL_BATCH]]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ClusterError(f"{program} could not cancel jobs {', '.join(ids[:5])}: {error}.") from error
        if done.returncode != 0:
            refusal = shorten_error(done.stderr or done.stdout, program)
    if refusal:  # most programs also fail for jobs that have ended
        jobs_now = listing.read(timeout=timeout, max_age=0)
        active = None if jobs_now is None else {j.id for j in jobs_now if j.state in ("pending", "running")} & set(ids)
        if active is None or active:
            shown = ", ".join(sorted(active or ids)[:5])
            raise ClusterError(f"{program} did not cancel jobs {shown}: {refusal}. Cancel them by hand if they stay.")


def run_query(command: Sequence[str]) -> str:
    """Return the output of a command that reads the state of the batch system, empty if it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_QUERY_TIMEOUT, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


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


def _read_cache(content: bytes, oldest: float) -> list[dict[str, str]] | None:
    try:
        stored = json.loads(content)
        return list(stored["jobs"]) if stored["time"] >= oldest else None
    except (ValueError, KeyError, TypeError):
        return None
