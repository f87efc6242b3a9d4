"""Grid Engine: Sun's, Son of, Univa's, Altair's."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar
from xml.etree import ElementTree

from jupyter_pipeline.clusters.backends.batch.base import BatchBackend, jobqueue_sources, make_job
from jupyter_pipeline.clusters.backends.batch.identity import parse_time
from jupyter_pipeline.clusters.backends.batch.job_ends import describe_exit
from jupyter_pipeline.clusters.backends.batch.output_files import OutputRules
from jupyter_pipeline.clusters.backends.job import Job

__all__ = ["SGEBackend", "parse_qacct"]


class SGEBackend(BatchBackend):
    """Workers as jobs of Grid Engine."""

    name = "sge"
    cluster_classes = ("dask_jobqueue.SGECluster",)
    sources = jobqueue_sources("sge", "SGEJob")
    submit_program = "qsub"
    cancel_program = "qdel"
    listing_command = ("qstat", "-u", "{user}", "-xml")
    query_command = ("qstat", "-j", "{ids},")  # the comma keeps one id apart from the option's value
    no_job_message = "do not exist"
    queries_labels = True
    id_patterns = (r"Your job(?:-array)? (?P<id>\d+)\b", r"^(?P<id>\d+)(?:\.\d+-\d+:\d+)?\s*$")
    directive = "#$"
    has_long_names = True
    name_options = ("-N",)
    output_rules = OutputRules(
        output=("-o",),
        error=("-e",),
        placeholder=r"\$\{?(?P<key>\w+)\}?",
        values={"HOME": "home", "JOB_ID": "number", "JOB_NAME": "name", "USER": "user"},
        default=("$ANY.o$JOB_ID", "$ANY.e$JOB_ID"),
        join=("-j",),
        folder=("-wd",),
        here="-cwd",
        has_hosts=True,
    )
    refused_options: ClassVar[Mapping[str, str]] = {
        "-t": "makes an array job, which starts the same worker several times. Remove it, and request more workers.",
        "-sync": "waits until the job has ended. Remove it.",
        "-verify": "submits nothing. Remove it.",
    }
    system_variables = ("SGE_ROOT", "SGE_CELL")
    walltime_unit = 1.0

    @staticmethod
    def parse_listing(text: str) -> list[Job]:
        """Parse the output of qstat. A state is a combination of letters, such as ``Eqw`` or ``dr``."""
        try:
            root = ElementTree.fromstring(text)  # noqa: S314 - output of the batch system itself
        except ElementTree.ParseError as error:
            raise ValueError(f"qstat: {error}") from error
        if root.tag != "job_info":
            raise ValueError(f"qstat: <{root.tag}> instead of <job_info>")
        jobs = []
        for item in root.iter("job_list"):
            letters = item.findtext("state", "")
            state = "ending" if "d" in letters else "running" if "r" in letters or "t" in letters else "pending"
            reason = "in an error state (see qstat -j)" if "E" in letters else "on hold" if "h" in letters else ""
            number, name = item.findtext("JB_job_number", ""), item.findtext("JB_name", "")
            host = item.findtext("queue_name", "").partition("@")[2]
            jobs.append(
                make_job(
                    "sge",
                    number,
                    name,
                    state,
                    reason,
                    host,
                    owner=item.findtext("JB_owner", ""),
                    submitted=parse_time(item.findtext("JB_submission_time", ""), "%Y-%m-%dT%H:%M:%S"),
                )
            )
        return jobs

    def parse_query(self, text: str) -> list[Job]:
        """Parse the output of ``qstat -j``, which has no states: its jobs have not ended."""
        jobs = []
        for block in re.split(r"^=+$", text, flags=re.MULTILINE):
            values = dict(re.findall(r"^(\w+):\s*(.*)$", block, re.MULTILINE))
            if "job_number" in values:
                jobs.append(
                    make_job(
                        "sge",
                        values["job_number"],
                        values.get("job_name", ""),
                        "running",
                        owner=values.get("owner", ""),
                        submitted=parse_time(values.get("submission_time", "")),
                        texts=(values.get("script_file", ""), values.get("context", "")),
                    )
                )
        if text.strip() and not jobs:
            raise ValueError(f"qstat: {text.strip()[:80]!r}")
        return jobs

    def read_ends(
        self, ids: Sequence[str], query: Callable[[Sequence[str]], str], environment: Mapping[str, str]
    ) -> Mapping[str, str]:
        """Return how jobs ended, from the accounting. One command reads one job."""
        return parse_qacct("".join(query(["qacct", "-j", number]) for number in ids))


def parse_qacct(text: str) -> dict[str, str]:
    r"""Return how jobs ended from ``qacct -j``, by id. Of several jobs with one id, the last counts.

    Examples
    --------
    >>> parse_qacct("jobnumber 7\nhostname n1\nfailed 0\nexit_status 3\n")
    {'7': 'it failed (exit code 3 on n1)'}
    """
    ends = {}
    for block in re.split(r"^=+$", text, flags=re.MULTILINE):
        values = dict(re.findall(r"^(\w+) +(.*?)\s*$", block, re.MULTILINE))
        if "jobnumber" in values and "exit_status" in values:
            code = values["exit_status"].split()[0]
            cause = values.get("failed", "").partition(":")[2]
            ends[values["jobnumber"]] = describe_exit(code, host=values.get("hostname", ""), cause=cause)
    return ends
