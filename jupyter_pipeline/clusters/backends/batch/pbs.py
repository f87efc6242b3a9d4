"""PBS Professional, OpenPBS and Torque."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar

from jupyter_pipeline.clusters.backends.batch.base import BatchBackend, jobqueue_sources, make_job
from jupyter_pipeline.clusters.backends.job import Job

__all__ = ["PBSBackend"]


class PBSBackend(BatchBackend):
    """Workers as jobs of PBS."""

    name = "pbs"
    cluster_classes = ("dask_jobqueue.PBSCluster",)
    sources = jobqueue_sources("pbs", "PBSJob")
    submit_program = "qsub"
    cancel_program = "qdel"
    listing_command = ("qstat", "-f")
    system_variables = ("PBS_DEFAULT", "PBS_CONF_FILE")
    states: ClassVar[Mapping[str, str]] = {"pending": "Q H W T M", "running": "R S U B", "ending": "E"}
    walltime_unit = 1.0

    @staticmethod
    def parse_listing(text: str) -> list[Job]:
        """Parse the output of qstat, in which long values continue on lines that begin with a tab.

        In the output of Slurm's imitation every line begins with a tab.
        """
        text = re.sub(r"\n\t(?![\w.]+ = )", "", text)
        if text.strip() and not re.search(r"^Job Id:\s*\S", text, re.MULTILINE):
            raise ValueError(f"qstat: {text.strip()[:80]!r}")
        jobs = []
        for block in re.split(r"^Job Id:\s*", text, flags=re.MULTILINE)[1:]:
            first, _, rest = block.partition("\n")
            values = dict(re.findall(r"^\s+([\w.]+) = ?(.*)$", rest, re.MULTILINE))
            state = PBSBackend.job_state(values.get("job_state", "").strip())
            host = values.get("exec_host", "").partition("/")[0]
            name = values.get("Job_Name", "").strip()
            jobs.append(make_job("pbs", first.strip(), name, state, values.get("comment", ""), host))
        return jobs
