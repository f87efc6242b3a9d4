"""PBS Professional, OpenPBS and Torque."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import ClassVar

from jupyter_pipeline.clusters.backends.batch.base import BatchBackend, jobqueue_sources, make_job
from jupyter_pipeline.clusters.backends.batch.identity import parse_time
from jupyter_pipeline.clusters.backends.batch.job_ends import describe_exit
from jupyter_pipeline.clusters.backends.batch.output_files import PBS_RULES
from jupyter_pipeline.clusters.backends.job import Job

__all__ = ["PBSBackend", "parse_ends"]


class PBSBackend(BatchBackend):
    """Workers as jobs of PBS."""

    name = "pbs"
    cluster_classes = ("dask_jobqueue.PBSCluster",)
    sources = jobqueue_sources("pbs", "PBSJob")
    submit_program = "qsub"
    cancel_program = "qdel"
    listing_command = ("qstat", "-f")
    select_command = ("qselect", "-u", "{user}")
    query_command = ("qstat", "-f", "{ids}")
    no_job_message = r"(?i)unknown job id|has finished"
    no_job_codes = (153, 35)  # PBSE_UNKJOBID and PBSE_HISTJOBID, modulo 256
    id_patterns = (r"^(?P<id>\d+(?:\[\])?\.[\w.-]+)\s*$", r"^(?P<id>\d+(?:\[\])?)\s*$")
    directive = "#PBS"
    name_options = ("-N",)
    output_rules = PBS_RULES
    refused_options: ClassVar[Mapping[str, str]] = {
        "-J -t": "makes an array job, which starts the same worker several times. Remove it, and request more workers.",
        "-u": "submits jobs of another user, which this user cannot cancel. Remove it.",
        "-z": "hides the id of a job. Remove it.",
    }
    system_variables = ("PBS_DEFAULT", "PBS_CONF_FILE")
    states: ClassVar[Mapping[str, str]] = {"pending": "Q H W T M", "running": "R S U B", "ending": "E"}
    walltime_unit = 1.0

    @staticmethod
    def parse_listing(text: str) -> list[Job]:
        """Parse the output of qstat."""
        if text.strip() and not re.search(r"^Job Id:\s*\S", text, re.MULTILINE):
            raise ValueError(f"qstat: {text.strip()[:80]!r}")
        jobs = []
        for number, values in _split_jobs(text):
            state = PBSBackend.job_state(values.get("job_state", "").strip())
            host = values.get("exec_host", "").partition("/")[0]
            name = values.get("Job_Name", "").strip()
            hold = values.get("Hold_Types", "n").strip()
            held = f"on hold (Hold_Types {hold})" if values.get("job_state", "").strip() == "H" else ""
            arguments = (values.get(key, "") for key in ("Submit_arguments", "submit_args", "Variable_List"))
            jobs.append(
                make_job(
                    "pbs",
                    number,
                    name,
                    state,
                    values.get("comment", "") or held,
                    host,
                    owner=values.get("Job_Owner", "").partition("@")[0].strip(),
                    submitted=parse_time(values.get("ctime") or values.get("qtime", "")),
                    texts=tuple(arguments),
                )
            )
        return jobs

    def check_script(self, script: str) -> Iterator[str]:
        """Yield also ``-W block=true``, with which qsub waits for the end of the job."""
        yield from super().check_script(script)
        if any(name == "-W" and "block" in value for name, value in self.read_directives(script)):
            yield "The option -W block waits until the job has ended. Remove it."

    def read_ends(
        self, ids: Sequence[str], query: Callable[[Sequence[str]], str], environment: Mapping[str, str]
    ) -> Mapping[str, str]:
        """Return how jobs ended. PBS Professional lists them with ``-x``, Torque without, both for a limited time."""
        return parse_ends(query(["qstat", "-f", "-x", *ids])) or parse_ends(query(["qstat", "-f", *ids]))


def parse_ends(text: str) -> dict[str, str]:
    r"""Return how jobs ended from ``qstat -f``, by id.

    Examples
    --------
    >>> parse_ends("Job Id: 7.server\n    job_state = F\n    exec_host = n1/0\n    Exit_status = 1\n")
    {'7.server': 'it failed (exit code 1 on n1)'}
    """
    ends = {}
    for number, values in _split_jobs(text):
        code = values.get("Exit_status") or values.get("exit_status")
        if code and PBSBackend.job_state(values.get("job_state", "").strip()) == "ended":
            cause = re.search(r" and (exceeded resource .+|terminated)$", values.get("comment", "").strip())
            host = values.get("exec_host", "").partition("/")[0].strip()
            ends[number] = describe_exit(code.strip(), host=host, cause=cause[1] if cause else "")
    return ends


def _split_jobs(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the id and the fields of each job in the output of qstat.

    Long values continue on lines that begin with a tab. In the output of Slurm's imitation all lines begin with one.
    """
    text = re.sub(r"\n\t(?![\w.]+ = )", "", text)
    for block in re.split(r"^Job Id:\s*", text, flags=re.MULTILINE)[1:]:
        first, _, rest = block.partition("\n")
        yield first.strip(), dict(re.findall(r"^\s+([\w.]+) = ?(.*)$", rest, re.MULTILINE))
