"""IBM Spectrum LSF."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from jupyter_pipeline.clusters.backends.base import COUNT, SIZE, ArgumentType, Context
from jupyter_pipeline.clusters.backends.batch.base import BatchBackend, jobqueue_sources, make_job
from jupyter_pipeline.clusters.backends.batch.identity import find_label
from jupyter_pipeline.clusters.backends.batch.job_ends import describe_exit
from jupyter_pipeline.clusters.backends.batch.options import find_option
from jupyter_pipeline.clusters.backends.batch.output_files import OutputRules
from jupyter_pipeline.clusters.backends.job import Job
from jupyter_pipeline.models import Profile
from jupyter_pipeline.units import parse_bytes

__all__ = ["LSFBackend", "parse_ends"]


_FORMAT = "jobid stat exec_host user description pend_reason name delimiter='|'"
_END_FORMAT = "jobid stat exit_code exec_host exit_reason delimiter='|'"


class LSFBackend(BatchBackend):
    """Workers as jobs of LSF."""

    name = "lsf"
    cluster_classes = ("dask_jobqueue.LSFCluster",)
    sources = jobqueue_sources("lsf", "LSFJob")
    submit_program = "bsub"
    cancel_program = "bkill"
    listing_command = ("bjobs", "-u", "{user}", "-noheader", "-o", _FORMAT)
    query_command = ("bjobs", "-u", "all", "-noheader", "-o", _FORMAT, "{ids}")
    no_job_message = "No unfinished job|is not found"
    id_patterns = (r"Job <(?P<id>\d+)> is submitted",)
    directive = "#BSUB"
    has_long_names = True
    name_options = ("-J",)
    output_rules = OutputRules(
        output=("-o", "-oo"),
        error=("-e", "-eo"),
        placeholder=r"%(?P<key>[IJ])",
        values={"I": "=0", "J": "number"},
        folder=("-cwd",),
    )
    refused_options: ClassVar[Mapping[str, str]] = {
        "-K": "waits until the job has ended. Remove it.",
        "-I -Ip -Is -IS -ISp -ISs -IX": "makes an interactive job. Remove it.",
        "-pack": "submits other jobs. Remove it.",
    }
    system_variables = ("LSF_ENVDIR",)
    states: ClassVar[Mapping[str, str]] = {
        "pending": "PEND PSUSP WAIT PROV",
        "running": "RUN USUSP SSUSP UNKWN",
        "ending": "ZOMBI",
    }

    @classmethod
    def argument_types(cls) -> Mapping[str, ArgumentType]:
        """Return the types of the arguments, LSF's own ``ncpus`` and ``mem`` included."""
        return {**super().argument_types(), "ncpus": COUNT, "mem": SIZE}

    @classmethod
    def parse_walltime(cls, value: object) -> float:
        """Return the seconds of a walltime. LSF reads ``01:30`` as hours and minutes."""
        text = f"{value}:00" if str(value).count(":") == 1 and "-" not in str(value) else value
        return super().parse_walltime(text)

    def prepare(self, profile: Profile, context: Context) -> dict[str, Any]:
        """Return the arguments, with ``mem`` in bytes, as the class requires."""
        kwargs = super().prepare(profile, context)
        if isinstance(kwargs.get("mem"), str):
            kwargs["mem"] = parse_bytes(kwargs["mem"])
        return kwargs

    @staticmethod
    def parse_listing(text: str) -> list[Job]:
        """Parse the output of bjobs."""
        jobs = []
        for line in text.splitlines():
            if not line.strip() or line.startswith("No unfinished job"):
                continue
            fields = ["" if f.strip() == "-" else f.strip() for f in line.split("|", 6)]
            if len(fields) != 7 or not fields[0].isdigit():
                raise ValueError(f"bjobs: {line[:80]!r}")
            number, state, host, owner, description, reason, name = fields
            host, state = host.rpartition("*")[2], LSFBackend.job_state(state)
            jobs.append(make_job("lsf", number, name, state, reason, host, owner=owner, texts=(description,)))
        return jobs

    def label_job(self, job: Any, label: str) -> None:
        """Write the label into the description of a job with another name."""
        options = self.read_directives(job.job_header)
        if find_option(options, "-J") != label and find_option(options, "-Jd") is None:
            job.job_header += f"\n#BSUB -Jd {label}"

    def check_script(self, script: str) -> Iterator[str]:
        """Yield also arrays, and names and descriptions that leave no place for the label."""
        yield from super().check_script(script)
        options = self.read_directives(script)
        name = find_option(options, "-J") or ""
        if "[" in name:
            yield f"The option -J {name} makes an array job, which starts the same worker several times. Remove [ ]."
        if not find_label(name, find_option(options, "-Jd") or ""):
            yield "The options -J and -Jd are both in use, but one must identify the job. Remove one of them."

    def read_ends(
        self, ids: Sequence[str], query: Callable[[Sequence[str]], str], environment: Mapping[str, str]
    ) -> Mapping[str, str]:
        """Return how jobs ended. LSF remembers them for an hour by default."""
        return parse_ends(query(["bjobs", "-noheader", "-o", _END_FORMAT, *ids]))


def parse_ends(text: str) -> dict[str, str]:
    r"""Return how jobs ended from ``bjobs``, by id.

    Examples
    --------
    >>> parse_ends("7|EXIT|140|hostA|TERM_RUNLIMIT: job killed\n8|DONE|-|hostA|-\n")
    {'7': 'it failed (exit code 140 on hostA, TERM_RUNLIMIT: job killed)', '8': 'it completed'}
    """
    ends = {}
    for line in text.splitlines():
        fields = ["" if field.strip() == "-" else field.strip() for field in line.split("|", 4)]
        if len(fields) == 5 and fields[1] in ("DONE", "EXIT"):
            number, state, code, host, cause = fields
            host = host.rpartition("*")[2]
            ends[number] = describe_exit("0") if state == "DONE" else describe_exit(code, host=host, cause=cause)
    return ends
