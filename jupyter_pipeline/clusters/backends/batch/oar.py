"""OAR."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from jupyter_pipeline.clusters.backends.base import Context
from jupyter_pipeline.clusters.backends.batch.additions import ClassOptions
from jupyter_pipeline.clusters.backends.batch.base import BatchBackend, jobqueue_sources, make_job
from jupyter_pipeline.clusters.backends.batch.options import find_option
from jupyter_pipeline.clusters.backends.batch.output_files import OutputRules
from jupyter_pipeline.clusters.backends.job import Job
from jupyter_pipeline.models import Profile

__all__ = ["OARBackend"]


class OARBackend(BatchBackend):
    """Workers as jobs of OAR."""

    name = "oar"
    cluster_classes = ("dask_jobqueue.OARCluster",)
    sources = jobqueue_sources("oar", "OARJob")
    submit_program = "oarsub"
    cancel_program = "oardel"
    listing_command = ("oarstat", "-u", "{user}", "-J")
    query_command = ("oarstat", "-J", "--sql", "job_id IN ({ids})")  # `-j` takes one id
    id_patterns = (r"OAR_JOB_ID=(?P<id>\d+)",)
    directive = "#OAR"
    name_options = ("-n", "--name")
    output_rules = OutputRules(
        output=("-O", "--stdout"),
        error=("-E", "--stderr"),
        placeholder=r"%(?P<key>\w+)%",
        values={"jobid": "number", "jobname": "name"},
        default=("OAR%any%.%jobid%.stdout", "OAR%any%.%jobid%.stderr"),  # with and without a name
        folder=("-d", "--directory"),
    )
    refused_options: ClassVar[Mapping[str, str]] = {
        "--array --array-param-file": "starts the same worker several times. Remove it, and request more workers.",
        "-I --interactive": "makes an interactive job. Remove it.",
        "-C --connect": "makes an interactive job. Remove it.",
    }
    states: ClassVar[Mapping[str, str]] = {
        "pending": "Waiting Hold toLaunch toAckReservation Launching",
        "running": "Running Suspended Resuming",
        "ending": "Finishing toError",
    }
    walltime_unit = 1.0

    def prepare(self, profile: Profile, context: Context) -> dict[str, Any]:
        """Return the arguments, with log files, because the class leaves them in the working folder."""
        kwargs = super().prepare(profile, context)
        options = ClassOptions(kwargs, self.name)
        logs = options.get("log_directory")
        directives = list(options.get("job_extra_directives", "job_extra") or [])
        if logs and not any(str(line).strip().startswith(("-O", "-E", "--std")) for line in directives):
            output = [f"-O {logs}/%jobid%.out", f"-E {logs}/%jobid%.err"]
            kwargs["job_extra_directives"] = output + directives
        return kwargs

    def label_job(self, job: Any, label: str) -> None:
        """Write the label into the script of a job with another name. OAR lists the script as the command."""
        if find_option(self.read_directives(job.job_header), *self.name_options) != label:
            job._command_template = f": {label}\n{job._command_template}"

    @staticmethod
    def parse_listing(text: str) -> list[Job]:
        """Parse the output of oarstat: one JSON object with the jobs by id, or nothing if there is no job."""
        if not text.strip():
            return []
        content = json.loads(text)
        if not isinstance(content, dict):
            raise ValueError("oarstat: no object")
        return [
            make_job(
                "oar",
                str(job.get("Job_Id", number)),
                str(job.get("name") or ""),
                OARBackend.job_state(str(job.get("state"))),
                str(job.get("message") or ""),
                next(iter(job.get("assigned_network_address") or []), ""),
                owner=str(job.get("owner") or ""),
                submitted=float(job.get("submissionTime") or 0),
                texts=(str(job.get("command") or ""),),
            )
            for number, job in content.items()
        ]
