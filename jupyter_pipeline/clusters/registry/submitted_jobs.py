"""Record submitted batch jobs durably, one line for each submission, in a cluster's folder.

``jobs.jsonl`` has the workers' jobs, ``keeper-jobs.jsonl`` the job of the keeper. A line is written and flushed before
its submission, with room for the id. So a full disk prevents a submission, and not the record of its id. Only the
process that submits writes. Every process that removes jobs reads. Only the standard library is used.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_pipeline.models import Record
from jupyter_pipeline.paths import dump_line, parse_object

__all__ = ["KEEPER_SUFFIX", "JobFile", "SubmittedJob", "read_submitted_jobs"]

KEEPER_SUFFIX = "-keeper"
"""End of the tag of the job that runs a keeper, after the cluster's id."""
_ROOM = 512  # bytes for an id, the flags and the end
_MAX_END = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedJob(Record):
    """One submission of a job."""

    label: str
    """Text that the job carries: tag of the cluster, dot, number of the worker. A replaced job has the same label."""
    time: float
    """Time of the submission in seconds since the epoch."""
    name: str = ""
    """Name of the job in the batch system."""
    user: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables that select the batch system."""
    id: str = ""
    """Id that the submit command returned, empty until then."""
    refused: bool = False
    """True if there is no job: the batch system refused it."""
    ended: bool = False
    """True if the batch system does not know the job any more."""

    outputs: tuple[str, ...] = ()
    """Absolute paths of its output files, with the placeholders of the batch system."""
    end: str = ""
    """Reason why it ended, empty if it is not known."""

    @property
    def tag(self) -> str:
        """Tag of the cluster."""
        return self.label.partition(".")[0]

    @property
    def is_open(self) -> bool:
        """True if the id is unknown, so that only the label can identify a job."""
        return not (self.id or self.refused)


class JobFile:
    """The submissions of one process.

    Parameters
    ----------
    folder : Path
        Folder of the cluster.
    tag : str
        Tag of the jobs: the cluster's id, or the tag of the keeper's job.
    """

    def __init__(self, folder: Path, tag: str) -> None:
        self._path = _get_path(folder, tag)
        self._lines: list[tuple[SubmittedJob, int, int]] = []
        """Content, offset and length of each line."""

    def add(self, job: SubmittedJob) -> int:
        """Write a submission that is about to be made, and return its number for `update`.

        Raises
        ------
        OSError
            If it cannot be written. The caller must not submit then.
        """
        text = dump_line(job.to_dict())
        line = text + b" " * _ROOM + b"\n"
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            start = os.lseek(descriptor, 0, os.SEEK_END)
            try:
                if os.write(descriptor, line) != len(line):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._path))
                os.fsync(descriptor)
            except OSError:
                os.ftruncate(descriptor, start)  # a part of a line would damage the next one
                raise
            self._lines.append((job, start, len(line)))
        finally:
            os.close(descriptor)
        return len(self._lines) - 1

    def mark_ended(self, ids: Collection[str]) -> None:
        """Record that the batch system does not know these jobs any more.

        Parameters
        ----------
        ids : collection of str
            Ids of jobs.
        """
        for number, (job, _, _) in enumerate(self._lines):
            if job.id in ids and not job.ended:
                with contextlib.suppress(OSError):  # the job is verified again
                    self.update(number, ended=True)

    def record_ends(self, ends: Mapping[str, str]) -> None:
        """Record why jobs ended, except those whose end is recorded already.

        Parameters
        ----------
        ends : mapping
            Reasons by id.
        """
        for number, (job, _, _) in enumerate(self._lines):
            if job.id and not job.end and ends.get(job.id):
                with contextlib.suppress(OSError):  # the batch system is asked again
                    self.update(number, end=ends[job.id])

    def update(
        self,
        number: int,
        *,
        id: str = "",  # noqa: A002
        refused: bool = False,
        ended: bool = False,
        end: str = "",
    ) -> None:
        """Replace a line in its place, which needs no space on the disk.

        Parameters
        ----------
        number : int
            Number of the submission.
        id : str
            Id of the job.
        refused, ended : bool
            See `SubmittedJob`.
        end : str
            See `SubmittedJob`.

        Raises
        ------
        OSError
            If it cannot be written. The job is still found by its label.
        """
        job, offset, length = self._lines[number]
        end = end[:_MAX_END].encode("ascii", "replace").decode() or job.end
        changes: dict[str, Any] = {"id": id or job.id, "refused": refused or job.refused, "ended": ended or job.ended}
        job = dataclasses.replace(job, **changes, end=end)
        self._lines[number] = job, offset, length
        text = dump_line(job.to_dict())
        if len(text) >= length:  # the id is needed, the end is not
            text = dump_line(dataclasses.replace(job, end="").to_dict())
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.pwrite(descriptor, text[: length - 1].ljust(length - 1), offset)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def read_submitted_jobs(folder: Path, tag: str) -> list[SubmittedJob]:
    """Return the submissions of jobs with this tag, oldest first.

    Parameters
    ----------
    folder : Path
        Folder of the cluster.
    tag : str
        Tag of the jobs.

    Raises
    ------
    NewerStateError
        If a newer release has written a line.
    """
    jobs = []
    path = _get_path(folder, tag)
    try:
        lines = path.read_bytes().splitlines()
    except OSError:
        return []
    for line in lines:
        # The process ended while it wrote this line, so there was no submission.
        with contextlib.suppress(ValueError, TypeError, AttributeError):
            jobs.append(SubmittedJob.from_dict(parse_object(line, path)))
    return [job for job in jobs if isinstance(job.label, str) and job.tag == tag]


def _get_path(folder: Path, tag: str) -> Path:
    return folder / ("keeper-jobs.jsonl" if tag.endswith(KEEPER_SUFFIX) else "jobs.jsonl")
