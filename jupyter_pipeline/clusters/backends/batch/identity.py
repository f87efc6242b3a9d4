"""Recognize the jobs of a cluster (pure).

The id that the submit command returned identifies a job. The label is the second net: it finds a job whose submission
was interrupted before its id was recorded. A batch system may use an id again after its state was reset, so a job with
a recorded id must also have the label, or the user and the time of the submission.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable

from jupyter_pipeline.clusters.backends.job import Job
from jupyter_pipeline.clusters.registry.submitted_jobs import SubmittedJob

__all__ = ["find_label", "get_number", "is_same_job", "parse_time", "remove_duplicates"]

_LABEL = re.compile(r"jp-[0-9a-f]{6}-[0-9a-z]+(?:-keeper)?\.\d+")
_NUMBER = re.compile(r"\d+")
_MAX_TIME_DIFFERENCE = 300.0  # seconds between the clocks of this host and of the batch system
_ORDER = ("running", "pending", "ending", "ended")


def find_label(*texts: str) -> str:
    """Return the first label in these texts, empty if there is none.

    Examples
    --------
    >>> find_label("my-analysis", "/tmp/jp-0a1b2c-0123456789.4.sh")
    'jp-0a1b2c-0123456789.4'
    """
    return next((match[0] for match in map(_LABEL.search, texts) if match), "")


def get_number(job_id: str) -> str:
    """Return the number in a job's id, without server, process and position in an array.

    Examples
    --------
    >>> [get_number(text) for text in ("17", "17.server.site", "17_[0-3]", "17[].server", "Moab.17")]
    ['17', '17', '17', '17', '17']
    """
    match = _NUMBER.search(job_id)
    return match[0] if match else job_id


def parse_time(text: str, form: str = "%a %b %d %H:%M:%S %Y") -> float:
    """Return the seconds since the epoch of a local time, 0 if the text is none.

    Parameters
    ----------
    text : str
        The time.
    form : str
        Format of `time.strptime`. The default is the format of ``ctime`` in C.
    """
    try:
        return time.mktime(time.strptime(text.strip(), form))
    except (ValueError, OverflowError):
        return 0.0


def is_same_job(submitted: SubmittedJob, job: Job) -> bool:
    """Return True if a listed job with the id of a submission is the submitted job.

    Parameters
    ----------
    submitted : SubmittedJob
        The submission.
    job : Job
        Job of a listing with the same number.
    """
    if job.label:
        return job.label == submitted.label
    if job.owner and submitted.user and job.owner != submitted.user:
        return False
    if job.submitted:
        return abs(job.submitted - submitted.time) <= _MAX_TIME_DIFFERENCE
    return not (job.name and submitted.name) or job.name == submitted.name


def remove_duplicates(jobs: Iterable[Job]) -> list[Job]:
    """Return one job for each id. Of several entries, the most active counts.

    Examples
    --------
    >>> jobs = remove_duplicates([Job(id="1", state="ended"), Job(id="1", state="running")])
    >>> [(job.id, job.state) for job in jobs]
    [('1', 'running')]
    """
    found: dict[str, Job] = {}
    for job in jobs:
        other = found.get(job.id)
        if other is None or _ORDER.index(job.state or "ended") < _ORDER.index(other.state or "ended"):
            found[job.id] = job
    return list(found.values())
