"""The commands of batch systems: one listing for all clusters of a user, cancelling, and errors in their own words.

Several keepers of one user ask at the same time. The answer to a listing is kept for a second in ``runtime_dir()``,
under a lock, so that however many ask, the batch system is asked once.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from jupyter_pipeline import paths
from jupyter_pipeline.clusters.backends.batch import listing
from jupyter_pipeline.clusters.backends.batch.job import Job
from jupyter_pipeline.exceptions import ClusterError

__all__ = ["SYSTEMS", "BatchSystem", "explain"]

_CANCEL_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class BatchSystem:
    """The command line of one batch system.

    Parameters
    ----------
    name : str
        As in ``jobqueue.NAME`` of Dask's configuration.
    submit, cancel : str
        Programs.
    listing : tuple of str
        Command that lists the jobs of the user ``{user}``.
    parse : callable
        Reads its output.
    environment : tuple of str
        Variables that choose another system of the same kind.
    """

    name: str
    submit: str
    cancel: str
    listing: tuple[str, ...]
    parse: Callable[[str], list[Job]]
    environment: tuple[str, ...] = ()

    @property
    def commands(self) -> tuple[str, ...]:
        """Programs that must be on the ``PATH``."""
        return (self.submit, self.listing[0], self.cancel)

    def available(self) -> bool:
        """Return whether the programs are there."""
        return all(shutil.which(command) for command in self.commands)

    def jobs(self, *, timeout: float = 10.0, max_age: float = 1.0) -> list[Job] | None:
        """Return all jobs of this user, ``None`` when the batch system does not answer sensibly.

        Parameters
        ----------
        timeout : float
            Seconds to wait for it.
        max_age : float
            Seconds for which another process's answer will do; 0 asks anew.
        """
        import filelock

        key = hashlib.sha256(repr([self.name, *(os.environ.get(v) for v in self.environment)]).encode()).hexdigest()
        cache = paths.runtime_dir() / f"jobs-{self.name}-{key[:12]}.json"
        asked = time.time()
        try:
            with filelock.FileLock(f"{cache}.lock", timeout=timeout + 5, mode=0o600):
                # Whoever waited for the lock takes the answer that came meanwhile.
                kept = _kept(cache.read_bytes() if cache.exists() else b"", min(asked, time.time() - max_age))
                if kept is not None and max_age > 0:
                    return [Job.from_dict(job) for job in kept]
                begun = time.time()
                jobs = self._ask(timeout)
                if jobs is not None:
                    paths.write_private(cache, json.dumps({"time": begun, "jobs": [j.to_dict() for j in jobs]}))
                return jobs
        except (filelock.Timeout, OSError):
            return self._ask(timeout)  # no room or no locks there: ask alone

    def _ask(self, timeout: float) -> list[Job] | None:
        command = [part.format(user=getpass.getuser()) for part in self.listing]
        try:
            answer = subprocess.run(command, capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL)
            if answer.returncode != 0 and "No unfinished job" not in answer.stderr:
                return None
            return self.parse(answer.stdout)
        except (OSError, subprocess.TimeoutExpired, ValueError, AttributeError, TypeError):
            return None

    def cancel_jobs(self, jobs: Sequence[Job], *, timeout: float = 30.0) -> None:
        """Ask for the end of `jobs`.

        Raises
        ------
        ClusterError
            If the batch system does not answer, or refuses and a job lives still.
        """
        ids = [job.id for job in jobs]
        said = ""
        for first in range(0, len(ids), _CANCEL_AT_ONCE):
            command = [self.cancel, *ids[first : first + _CANCEL_AT_ONCE]]
            try:
                answer = subprocess.run(
                    command, capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL
                )
            except (OSError, subprocess.TimeoutExpired) as error:
                raise ClusterError(f"{self.cancel} could not cancel jobs {', '.join(ids[:5])}: {error}.") from error
            if answer.returncode != 0:
                said = explain(answer.stderr or answer.stdout)
        if said:  # most say so of jobs that ended meanwhile, too
            living = self.jobs(timeout=timeout, max_age=0)
            left = None if living is None else {j.id for j in living if j.state in ("pending", "running")} & set(ids)
            if left is None or left:
                shown = ", ".join(sorted(left or ids)[:5])
                raise ClusterError(
                    f"{self.cancel} did not cancel jobs {shown}: {said}. Cancel them by hand if they stay."
                )


def _kept(content: bytes, newer_than: float) -> list[dict[str, str]] | None:
    try:
        answer = json.loads(content)
        return list(answer["jobs"]) if answer["time"] >= newer_than else None
    except (ValueError, KeyError, TypeError):
        return None


def explain(stderr: str) -> str:
    r"""Return what a batch system said, in one line, without the name of its program before each.

    Examples
    --------
    >>> explain("sbatch: error: invalid partition specified: nope\nsbatch: error: Batch job submission failed")
    'invalid partition specified: nope; Batch job submission failed'
    """
    lines = []
    for line in stderr.strip().splitlines():
        parts = line.strip().split(": ")
        while len(parts) > 1 and parts[0].lower() in _NOISE:
            parts.pop(0)
        text = ": ".join(parts).strip().rstrip(".")
        if text and text not in lines:
            lines.append(text)
    return "; ".join(lines[:4])[:400]


_NOISE = {
    "sbatch",
    "squeue",
    "scancel",
    "qsub",
    "qstat",
    "qdel",
    "bsub",
    "oarsub",
    "msub",
    "error",
    "fatal",
    "condor_submit",
}

SYSTEMS = {
    system.name: system
    for system in (
        BatchSystem(
            "slurm",
            "sbatch",
            "scancel",
            ("squeue", "--noheader", "--user={user}", "--format=%i|%T|%B|%j|%r"),
            listing.squeue,
            ("SLURM_CONF", "SLURM_CLUSTERS"),
        ),
        BatchSystem("pbs", "qsub", "qdel", ("qstat", "-f"), listing.qstat_full, ("PBS_DEFAULT", "PBS_CONF_FILE")),
        BatchSystem("moab", "msub", "canceljob", ("showq", "-u", "{user}", "--xml"), listing.showq_xml),
        BatchSystem(
            "sge", "qsub", "qdel", ("qstat", "-u", "{user}", "-xml"), listing.qstat_xml, ("SGE_ROOT", "SGE_CELL")
        ),
        BatchSystem(
            "lsf",
            "bsub",
            "bkill",
            ("bjobs", "-u", "{user}", "-noheader", "-o", "jobid stat exec_host name pend_reason delimiter='|'"),
            listing.bjobs,
            ("LSF_ENVDIR",),
        ),
        BatchSystem("oar", "oarsub", "oardel", ("oarstat", "-u", "{user}", "-J"), listing.oarstat),
        BatchSystem(
            "htcondor",
            "condor_submit",
            "condor_rm",
            (
                "condor_q", "-constraint", "JupyterPipelineJob =!= undefined", "-af:V,",
                "ClusterId", "ProcId", "JobStatus", "JupyterPipelineJob", "RemoteHost", "HoldReason",
            ),
            listing.condor_q,
            ("CONDOR_CONFIG", "_CONDOR_SCHEDD_HOST"),
        ),
    )
}  # fmt: skip
