"""Moab."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar
from xml.etree import ElementTree

from jupyter_pipeline.clusters.backends.batch.base import BatchBackend, jobqueue_sources, make_job
from jupyter_pipeline.clusters.backends.batch.output_files import PBS_RULES
from jupyter_pipeline.clusters.backends.job import Job

__all__ = ["MoabBackend"]


class MoabBackend(BatchBackend):
    """Workers as jobs of Moab."""

    name = "moab"
    cluster_classes = ("dask_jobqueue.MoabCluster",)
    sources = jobqueue_sources("pbs", "PBSJob")  # the base class of Moab's
    submit_program = "msub"
    cancel_program = "canceljob"
    listing_command = ("showq", "-u", "{user}", "--xml")
    id_patterns = (r"^\s*(?P<id>(?:[A-Za-z][\w-]*\.)?\d+(?:\.[A-Za-z][\w.-]*)?)\s*$",)
    directive = "#PBS"
    name_options = ("-N",)
    needs_name = True
    output_rules = PBS_RULES
    refused_options: ClassVar[Mapping[str, str]] = {
        "-t": "makes an array job, which starts the same worker several times. Remove it, and request more workers.",
        "-I": "makes an interactive job. Remove it.",
    }
    states: ClassVar[Mapping[str, str]] = {
        "pending": "Idle Deferred Hold BatchHold UserHold SystemHold Starting",
        "running": "Running Suspended",
        "ending": "Removed",
    }
    walltime_unit = 1.0

    @staticmethod
    def parse_listing(text: str) -> list[Job]:
        """Parse the output of showq."""
        try:
            root = ElementTree.fromstring(text)  # noqa: S314 - output of the batch system itself
        except ElementTree.ParseError as error:
            raise ValueError(f"showq: {error}") from error
        return [
            make_job(
                "moab",
                item.get("JobID", ""),
                item.get("JobName", ""),
                MoabBackend.job_state(item.get("State", "")),
                item.get("BlockReason", ""),
                item.get("MasterHost", ""),
                owner=item.get("User", ""),
                submitted=float(item.get("SubmissionTime") or 0),
            )
            for item in root.iter("job")
        ]
