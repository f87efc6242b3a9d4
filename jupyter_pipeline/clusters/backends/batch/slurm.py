"""Slurm."""

from __future__ import annotations

import datetime as dt
import getpass
import os
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from jupyter_pipeline.clusters.backends.batch import slurm_accounting
from jupyter_pipeline.clusters.backends.batch.base import BatchBackend, jobqueue_sources, make_job
from jupyter_pipeline.clusters.backends.batch.commands import make_query, shorten_error
from jupyter_pipeline.clusters.backends.batch.options import find_option
from jupyter_pipeline.clusters.backends.batch.output_files import OutputRules
from jupyter_pipeline.clusters.backends.batch.trial_job import write_trial_job
from jupyter_pipeline.clusters.backends.job import Job
from jupyter_pipeline.models import JobUsage, Profile

__all__ = ["SlurmBackend", "describe_end", "parse_sacct", "parse_scontrol"]

_ENDS = {
    "BOOT_FAIL": "its node did not boot",
    "CANCELLED": "it was cancelled",
    "COMPLETED": "it completed",
    "DEADLINE": "its deadline passed",
    "FAILED": "it failed",
    "NODE_FAIL": "its node failed",
    "OUT_OF_MEMORY": "it needed more memory than it had requested",
    "PREEMPTED": "it was preempted",
    "TIMEOUT": "it reached its walltime",
}
_TRIAL_TIMEOUT = 5.0
_CLUSTERS = ("-M", "--clusters")
_BEGINNING, _SEPARATOR = "\x1e", "\x1f"  # of an entry and between its fields
_FORMAT = _BEGINNING + _SEPARATOR.join(("%i", "%T", "%B", "%u", "%V", "%k", "%o", "%j", "%r"))
_TRANSIENT = re.compile(r"(?i)contact|timed out|connect")
_UNCONFIGURED = re.compile(r"(?i)configuration (source|file)|cannot stat file|fetch_config")
_NOT_NOW = re.compile(r"(?i)node configuration is not available")  # also while nodes are drained: a job would wait


class SlurmBackend(BatchBackend):
    """Workers as jobs of Slurm."""

    name = "slurm"
    cluster_classes = ("dask_jobqueue.SLURMCluster",)
    sources = jobqueue_sources("slurm", "SLURMJob")
    submit_program = "sbatch"
    cancel_program = "scancel"
    listing_command = ("squeue", "--noheader", "--all", "--user={user}", f"--format={_FORMAT}")
    query_command = ("squeue", "--noheader", "--all", "--jobs={ids}", f"--format={_FORMAT}")
    no_job_message = "Invalid job id"
    # Variables of the user that would hide jobs; times in seconds since the epoch.
    command_settings: ClassVar[Mapping[str, str]] = {"SQUEUE_*": "", "SCANCEL_*": "", "SLURM_TIME_FORMAT": "%s"}
    id_patterns = (
        r"^(?:sbatch: )?Submitted batch job (?P<id>\d+)\b",
        r"^(?P<id>\d+)(?:;\S+)?$",  # sbatch --parsable
        r"Submitted batch job (?P<id>\d+)\b",
    )
    directive = "#SBATCH"
    name_options = ("-J", "--job-name")
    output_rules = OutputRules(
        output=("-o", "--output"),
        error=("-e", "--error"),
        placeholder=r"%(?P<width>\d*)(?P<key>[A-Za-z%])",
        values={
            "A": "number", "J": "number", "N": "", "j": "number", "n": "=0", "s": "=batch", "t": "=0", "u": "user",
            "x": "name", "%": "=%",
        },
        default=("slurm-%j.out",),
        folder=("-D", "--chdir"),
        variables=("SBATCH_OUTPUT", "SBATCH_ERROR"),
    )  # fmt: skip
    refused_options: ClassVar[Mapping[str, str]] = {
        "-a --array": "starts the same worker several times. Remove it, and request more workers instead.",
        "--uid": "submits jobs of another user, which this user cannot cancel. Remove it.",
        "-W --wait": "waits until the job has ended. Remove it.",
        "--test-only": "submits nothing. Remove it.",
    }
    refused_variables: ClassVar[Mapping[str, str]] = {
        "SBATCH_ARRAY_INX": "starts the same worker several times. Unset it, and request more workers instead.",
        "SBATCH_WAIT": "lets sbatch wait until the job has ended. Unset it.",
    }
    system_variables = ("SLURM_CONF", "SLURM_CLUSTERS")
    states: ClassVar[Mapping[str, str]] = {
        "pending": "PENDING CONFIGURING REQUEUED REQUEUE_HOLD REQUEUE_FED SPECIAL_EXIT RESV_DEL_HOLD",
        "running": "RUNNING SUSPENDED STOPPED RESIZING SIGNALING STAGE_OUT",
        "ending": "COMPLETING",
    }
    keeper_directives = ("#SBATCH --no-requeue",)

    @staticmethod
    def parse_listing(text: str) -> list[Job]:
        """Parse the output of squeue. The fields may contain any other character, line breaks too."""
        jobs = []
        header, *entries = text.split(_BEGINNING)
        if header.strip() and not header.startswith("CLUSTER: "):
            raise ValueError(f"squeue: {header[:80]!r}")
        for entry in entries:
            fields = entry.split(_SEPARATOR)
            if len(fields) != _FORMAT.count(_SEPARATOR) + 1 or not re.match(r"\d+", fields[0]):
                raise ValueError(f"squeue: {entry[:80]!r}")
            number, state, host, owner, submitted, comment, command, name, reason = (f.strip() for f in fields)
            jobs.append(
                make_job(
                    "slurm",
                    number,
                    name,
                    SlurmBackend.job_state(state),
                    "" if reason == "None" else reason,
                    "" if host.lower() == "n/a" else host,
                    owner=owner,
                    submitted=float(submitted) if submitted.isdigit() else 0.0,
                    texts=(comment, command),
                )
            )
        return jobs

    def label_job(self, job: Any, label: str) -> None:
        """Write the label into the comment of a job, unless its name is the label or the user sets a comment."""
        options = self.read_directives(job.job_header)
        if find_option(options, *self.name_options) != label and find_option(options, "--comment") is None:
            job.job_header += f"\n#SBATCH --comment={label}"

    def get_environment(self, script: str) -> Mapping[str, str]:
        """Return the variables that select the batch system. ``--clusters`` selects it, too."""
        values = dict(super().get_environment(script))
        option = find_option(self.read_directives(script), *_CLUSTERS)
        # The order of sbatch: variables come before the options of the script.
        clusters = os.environ.get("SBATCH_CLUSTERS") or os.environ.get("SLURM_CLUSTERS") or option
        return values | ({"SLURM_CLUSTERS": clusters} if clusters else {})

    def check_script(self, script: str) -> Iterator[str]:
        """Yield also several clusters, because one command cancels the jobs with one id on all of them."""
        yield from super().check_script(script)
        clusters = self.get_environment(script).get("SLURM_CLUSTERS", "")
        if "," in clusters or clusters == "all":
            yield f"Jobs could be on several clusters ({clusters}). Name one with --clusters or SLURM_CLUSTERS."

    def read_ends(
        self, ids: Sequence[str], query: Callable[[Sequence[str]], str], environment: Mapping[str, str]
    ) -> Mapping[str, str]:
        """Return how jobs ended, from the accounting, or else from the memory of the controller."""
        options = ["--format=JobIDRaw,State,ExitCode,NodeList", *_select_clusters(environment)]
        ends = parse_sacct(query(["sacct", "-XnP", f"--jobs={','.join(ids)}", *options]))
        for number in ids:
            if number not in ends:
                ends |= parse_scontrol(query(["scontrol", "--oneliner", "show", "job", number]))
        return ends

    def read_job_usage(
        self, ids: Sequence[str], *, since: float, environment: Mapping[str, str], timeout: float = 5.0
    ) -> JobUsage | None:
        """Return the use of ended jobs from the accounting."""
        query = make_query(self.listing.get_environment(environment), timeout=timeout)
        command = ["sacct", "-nP", f"--format={slurm_accounting.FORMAT}", f"--jobs={','.join(ids)}"]
        start = f"{dt.datetime.fromtimestamp(since):%Y-%m-%dT%H:%M:%S}"
        command += [f"--user={getpass.getuser()}", f"--starttime={start}", *_select_clusters(environment)]
        return slurm_accounting.parse_usage(query(command))

    def size_workers(self, profile: Profile, *, cpus: int = 0, memory: str = "", gpus: int = 0) -> dict[str, Any]:
        """Return the overrides for a worker of this size. A ``--gpus`` directive replaces the profile's."""
        overrides = super().size_workers(profile, cpus=cpus, memory=memory)
        if gpus:
            kwargs = profile.cluster_kwargs
            directives = kwargs.get("job_extra_directives") or kwargs.get("job_extra") or ()
            others = [line for line in directives if not str(line).startswith("--gpus")]
            overrides["cluster_kwargs.job_extra_directives"] = [*others, f"--gpus={gpus}"]
        return overrides

    def check_submission(self, profile: Profile) -> Iterator[str]:
        """Yield the objections of ``sbatch --test-only`` to the job script of a worker."""
        try:
            job = write_trial_job(self, profile)
        except Exception:  # noqa: BLE001 - the class refuses its arguments: the start fails with its message
            return
        command = shlex.split(job.submit_command)
        if Path(command[0]).name != self.submit_program:
            return  # a program of the site might submit the script
        try:
            answer = job.run([*command, "--test-only"], timeout=_TRIAL_TIMEOUT)
        except OSError:
            return
        except subprocess.TimeoutExpired as error:  # sbatch searches for its configuration for a minute
            reason = shorten_error((error.stderr or b"").decode(errors="replace"), "sbatch")
            if not _UNCONFIGURED.search(reason):
                return
        else:
            reason = shorten_error(answer.stderr, "sbatch")
            if answer.returncode == 0 or _TRANSIENT.search(reason) or _NOT_NOW.search(reason):  # the keeper waits
                return
        if _UNCONFIGURED.search(reason):
            last = reason.rpartition("; ")[2]
            yield f"Slurm cannot be used from this host ({last}). Start Jupyter on a login node, or set SLURM_CONF."
        else:
            yield f"Slurm refuses such a job: {reason}. Correct the options of the job, such as its queue or walltime."


def _select_clusters(environment: Mapping[str, str]) -> list[str]:
    """Return the option of sacct for ``SLURM_CLUSTERS``, which it does not read."""
    clusters = environment.get("SLURM_CLUSTERS")
    return [f"--clusters={clusters}"] if clusters else []


def parse_sacct(text: str) -> dict[str, str]:
    r"""Return how jobs ended from ``sacct -XnP --format=JobIDRaw,State,ExitCode,NodeList``, by id.

    Examples
    --------
    >>> parse_sacct("17|TIMEOUT|0:0|n1\n18|RUNNING|0:0|n2\n")
    {'17': 'it reached its walltime (TIMEOUT on n1)'}
    """
    rows = (line.split("|") for line in text.splitlines())
    ends = {row[0]: describe_end(*row[1:]) for row in rows if len(row) == 4}
    return {number: end for number, end in ends.items() if end}


def parse_scontrol(text: str) -> dict[str, str]:
    """Return how jobs ended from ``scontrol --oneliner show job``, by id.

    Examples
    --------
    >>> parse_scontrol("JobId=18 JobName=x JobState=FAILED ExitCode=3:0 NodeList=n2 NumNodes=1")
    {'18': 'it failed (FAILED on n2, exit code 3)'}
    """
    ends = {}
    for line in text.splitlines():
        values = dict(re.findall(r"(?:^|\s)(JobId|JobState|ExitCode|NodeList)=(\S*)", line))
        if "JobId" in values:
            ends[values["JobId"]] = describe_end(
                values.get("JobState", ""), values.get("ExitCode", ""), values.get("NodeList", "")
            )
    return {number: end for number, end in ends.items() if end}


def describe_end(state: str, exit_code: str, node: str) -> str:
    """Return the end of a job as text, empty if it has not ended.

    Parameters
    ----------
    state : str
        Such as ``CANCELLED by 1000``.
    exit_code : str
        Exit code and signal, such as ``0:15``.
    node : str
        First node.
    """
    word = state.partition(" ")[0].rstrip("+")
    if word not in _ENDS:
        return ""
    where = f" on {node}" if node and not node.startswith(("None", "(null)")) else ""
    code, _, number = exit_code.partition(":")
    how = f", exit code {code}" if code not in ("", "0") else f", signal {number}" if number not in ("", "0") else ""
    return f"{_ENDS[word]} ({state}{where}{how})"
