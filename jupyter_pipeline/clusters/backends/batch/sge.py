"""Grid Engine: Sun's, Son of, Univa's, Altair's."""

from __future__ import annotations

from xml.etree import ElementTree

from jupyter_pipeline.clusters.backends.batch.base import BatchBackend, jobqueue_sources, make_job
from jupyter_pipeline.clusters.backends.job import Job

__all__ = ["SGEBackend"]


class SGEBackend(BatchBackend):
    """Workers as jobs of Grid Engine."""

    name = "sge"
    cluster_classes = ("dask_jobqueue.SGECluster",)
    sources = jobqueue_sources("sge", "SGEJob")
    submit_program = "qsub"
    cancel_program = "qdel"
    listing_command = ("qstat", "-u", "{user}", "-xml")
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
            jobs.append(make_job("sge", number, name, state, reason, host))
        return jobs
