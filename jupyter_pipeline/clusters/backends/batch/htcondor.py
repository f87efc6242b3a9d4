"""HTCondor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from jupyter_pipeline.clusters.backends.base import SIZE, ArgumentType, Context
from jupyter_pipeline.clusters.backends.batch.base import BatchBackend, jobqueue_sources, make_job
from jupyter_pipeline.clusters.backends.batch.output_files import OutputRules, read_description
from jupyter_pipeline.clusters.backends.job import Job
from jupyter_pipeline.exceptions import ClusterStartError
from jupyter_pipeline.models import Profile

__all__ = ["HTCondorBackend"]


_FIELDS = ("ClusterId", "ProcId", "JobStatus", "JupyterPipelineJob", "RemoteHost", "Owner", "QDate", "HoldReason")
_ELSEWHERE = "submits to another queue, where jobs are not searched. Remove it."


class HTCondorBackend(BatchBackend):
    """Workers as jobs of HTCondor, which have an attribute instead of a name."""

    name = "htcondor"
    cluster_classes = ("dask_jobqueue.HTCondorCluster",)
    sources = jobqueue_sources("htcondor", "HTCondorJob")
    submit_program = "condor_submit"
    cancel_program = "condor_rm"
    listing_command = (
        "condor_q", "-constraint", "JupyterPipelineJob =!= undefined", "-af:V,",
        *_FIELDS,
    )  # fmt: skip
    query_command = ("condor_q", "-allusers", "{ids}", "-af:V,", *_FIELDS)
    id_patterns = (r"submitted to cluster (?P<id>\d+)", r"^(?P<id>\d+\.\d+) - \d+\.\d+$")
    has_long_names = True
    output_rules = OutputRules(
        output=("output",),
        error=("error",),
        placeholder=r"\$F?\((?P<key>[\w.]+)\)",
        values={"cluster": "number", "clusterid": "number", "process": "=0", "procid": "=0"},
        folder=("initialdir",),
    )
    refused_options: ClassVar[Mapping[str, str]] = {
        "-name -remote -schedd-address": f"{_ELSEWHERE} Set _CONDOR_SCHEDD_HOST before Jupyter starts instead.",
        "-pool": f"{_ELSEWHERE} Set _CONDOR_COLLECTOR_HOST before Jupyter starts instead.",
        "-dry-run": "submits nothing. Remove it.",
        "-queue": "submits several jobs of the same worker. Remove it, and request more workers instead.",
    }
    system_variables = ("CONDOR_CONFIG", "_CONDOR_SCHEDD_HOST", "_CONDOR_COLLECTOR_HOST")
    states: ClassVar[Mapping[str, str]] = {"pending": "1 5", "running": "2 6 7"}
    name_argument = ""
    mapping_arguments = frozenset(("job_extra", "job_extra_directives"))

    @classmethod
    def argument_types(cls) -> Mapping[str, ArgumentType]:
        """Return the types of the arguments, HTCondor's own ``disk`` included."""
        return {**super().argument_types(), "disk": SIZE}

    def label_job(self, job: Any, name: str) -> None:
        """Write the name into an attribute of the job."""
        job.job_header_dict["MY.JupyterPipelineJob"] = f'"{name}"'

    def read_directives(self, script: str) -> list[tuple[str, str]]:
        """Return the lines of a submit description."""
        return read_description(script)

    def parse_job_id(self, output: str) -> str:
        """Return the id as condor_q lists it, with the number of the process."""
        number = super().parse_job_id(output)
        return number if "." in number else f"{number}.0"

    async def submit_command(self, profile: Profile, context: Context, command: Sequence[str]) -> str:
        """Refuse: a submit description has no place for a command of ours."""
        raise ClusterStartError(f"keeper: job is not supported for {profile.cluster_class}. Set keeper: local.")

    @staticmethod
    def parse_listing(text: str) -> list[Job]:
        """Parse the output of condor_q. The reason, the last field, may contain commas."""
        jobs = []
        for line in text.splitlines():
            if not line.strip():
                continue
            fields = [f.strip().strip('"') for f in line.split(",", len(_FIELDS) - 1)]
            if len(fields) != len(_FIELDS) or not fields[0].isdigit():
                raise ValueError(f"condor_q: {line[:80]!r}")
            cluster, process, state, name, host, owner, queued, reason = ("" if f == "undefined" else f for f in fields)
            jobs.append(
                make_job(
                    "htcondor",
                    f"{cluster}.{process}",
                    name,
                    HTCondorBackend.job_state(state),
                    reason,
                    host.rpartition("@")[2],
                    owner=owner,
                    submitted=float(queued or 0),
                )
            )
        return jobs
