"""Record the end of a cluster in the ledger, with the facts that explain it later."""

from __future__ import annotations

import re
from pathlib import Path

from jupyter_pipeline.clusters import ledger, registry
from jupyter_pipeline.clusters.backends import get_backend
from jupyter_pipeline.clusters.registry.start_request import StartRequest
from jupyter_pipeline.clusters.registry.submitted_jobs import read_submitted_jobs
from jupyter_pipeline.exceptions import PipelineError
from jupyter_pipeline.models import ClusterEnd, ClusterRecord

__all__ = ["describe_end", "record_end"]

_MOST_JOBS = 200
"""Most ids of jobs in the ledger."""
_MOST = 5
"""Most jobs and workers whose ends are recorded."""
_LOG_BYTES = 4 * 2**20
_BUDGET = 0.95
"""Share of its memory at which Dask kills a worker."""
_WORKER_END = re.compile(rb"(?:[^\n]* - )?(Worker [^\n]*(?:memory budget|killed by signal (?!15\b))[^\n]*)")
"""Line of Dask's nanny about a killed worker. Dask itself ends workers by signal 15."""


def record_end(record: ClusterRecord, folder: Path) -> None:
    """Append the end of a cluster and its open usage to the ledger. A second call changes nothing.

    Parameters
    ----------
    record : ClusterRecord
        The closed record.
    folder : Path
        Folder of the cluster.
    """
    if not ledger.read_open_usage(folder).ended:
        ledger.close_usage(folder, describe_end(record, folder))


def describe_end(record: ClusterRecord, folder: Path) -> ClusterEnd:
    """Return the facts of a cluster that explain its end.

    Parameters
    ----------
    record : ClusterRecord
        The record.
    folder : Path
        Folder of the cluster.
    """
    log, usage = folder / "keeper.log", ledger.read_open_usage(folder)
    submitted = [job for job in read_submitted_jobs(folder, record.id) if job.id]
    jobs = [f"job {job.id}: {job.end}" for job in submitted if job.end]
    worker_ends = _read_worker_ends(log)
    if any("memory budget" in line for line in worker_ends):  # between two polls
        usage.peak_memory = max(usage.peak_memory, int(_BUDGET * usage.memory_limit))
    return ClusterEnd(
        cluster=record.id,
        name=record.name,
        profile=record.profile,
        state=record.state,
        reason=record.reason,
        start=record.started,
        end=record.since,
        run=record.origin.run,
        job_ends=tuple(jobs[-_MOST:]),
        worker_ends=tuple(worker_ends[-_MOST:]),
        log=str(log),
        peak_memory=usage.peak_memory,
        memory_limit=usage.memory_limit,
        usage=usage.workers,
        backend=_find_backend_name(folder),
        jobs=tuple(job.id for job in submitted[-_MOST_JOBS:]),
        job_environment=dict(submitted[-1].environment) if submitted else {},
    )


def _find_backend_name(folder: Path) -> str:
    try:
        return get_backend(StartRequest.from_dict(registry.read_request(folder)).profile).name
    except (PipelineError, OSError, KeyError, TypeError, AttributeError):
        return ""


def _read_worker_ends(log: Path) -> list[str]:
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _LOG_BYTES))
            text = file.read()
    except OSError:
        return []
    return [found.decode(errors="replace").strip() for found in _WORKER_END.findall(text)]
