"""IBM Spectrum LSF."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from jupyter_pipeline.clusters.backends.base import COUNT, SIZE, ArgumentType, Context
from jupyter_pipeline.clusters.backends.batch.base import BatchBackend, jobqueue_sources, make_job
from jupyter_pipeline.clusters.backends.job import Job
from jupyter_pipeline.models import Profile
from jupyter_pipeline.units import parse_bytes

__all__ = ["LSFBackend"]


class LSFBackend(BatchBackend):
    """Workers as jobs of LSF."""

    name = "lsf"
    cluster_classes = ("dask_jobqueue.LSFCluster",)
    sources = jobqueue_sources("lsf", "LSFJob")
    submit_program = "bsub"
    cancel_program = "bkill"
    listing_command = (
        "bjobs", "-u", "{user}", "-noheader", "-o", "jobid stat exec_host name pend_reason delimiter='|'",
    )  # fmt: skip
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
            fields = line.split("|", 4)
            if len(fields) != 5 or not fields[0].strip().isdigit():
                raise ValueError(f"bjobs: {line[:80]!r}")
            number, state, host, name, reason = ("" if f.strip() == "-" else f.strip() for f in fields)
            jobs.append(make_job("lsf", number, name, LSFBackend.job_state(state), reason, host.rpartition("*")[2]))
        return jobs
