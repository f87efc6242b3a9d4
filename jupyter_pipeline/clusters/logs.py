"""Show the logs of a cluster: its own folder, the output of each of its jobs, and logs that a service keeps.

The keeper need not run. The files of jobs are where their scripts say, which `registry.submitted_jobs` has recorded.
Ends of jobs are recorded there, too, or the batch system remembers them.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from jupyter_pipeline.clusters import registry
from jupyter_pipeline.clusters.backends import Backend
from jupyter_pipeline.clusters.log_files import MAX_BYTES, LogTail, format_tail, get_file_name, read_tail
from jupyter_pipeline.clusters.preflight.mounts import find_private_disk
from jupyter_pipeline.clusters.registry.submitted_jobs import KEEPER_SUFFIX, SubmittedJob, read_submitted_jobs
from jupyter_pipeline.exceptions import PipelineError
from jupyter_pipeline.models import ClusterRecord

__all__ = ["collect_logs", "find_log_files"]

_MAX_TOTAL = 16 * MAX_BYTES
_MAX_QUERIED = 200  # jobs whose end is queried; of older jobs the batch system remembers nothing
_LATE = "Some batch systems write it when the job ends"


def collect_logs(
    record: ClusterRecord, backend: Backend | None, *, tail: int | None = None, problem: str = "", is_live: bool = False
) -> str:
    """Return the logs of a cluster as one text, the newest last.

    Parameters
    ----------
    record : ClusterRecord
        The cluster.
    backend : Backend or None
        Its backend, ``None`` if its profile cannot be read.
    tail : int, optional
        Number of last lines of each log. By default, all lines of its last MiB.
    problem : str
        Reason why the keeper has not saved the current logs.
    is_live : bool
        True if the keeper has answered, so that its record is current and it has saved the logs of a service.
    """
    folder = registry.cluster_dir(record.id)
    jobs = [job for tag in (record.id + KEEPER_SUFFIX, record.id) for job in read_submitted_jobs(folder, tag)]
    jobs = sorted((job for job in jobs if not job.refused), key=lambda job: job.time)
    files = {job.label + job.id: _find_files(job, backend, folder) for job in jobs}
    of_jobs = {file.resolve() for found in files.values() for group in found.values() for file in group}
    parts = [f"The keeper has not saved the current logs: {problem}"] if problem else []
    fetched, failure = ({}, "") if backend is None or is_live else _fetch_logs(record, backend)
    newer = {folder / "logs" / get_file_name(source) for source in fetched}
    for path in _list_own_files(folder):
        if path.resolve() not in of_jobs and path not in newer:
            title = "keeper" if path.parent == folder else path.stem
            parts.append(f"== {title} ==\n{_read(path, tail, MAX_BYTES)}")
    for source, text in fetched.items():
        end = LogTail(text[-MAX_BYTES:], max(0, len(text) - MAX_BYTES))
        parts.append(f"== {source} ==\n{format_tail(end, 'kept by the service', tail)}")
    parts += [failure] if failure else []
    if jobs:
        parts += _describe_jobs(jobs, files, _describe_ends(jobs, record, backend, is_live), tail)
    return "\n\n".join(parts)


def find_log_files(record: ClusterRecord, backend: Backend | None) -> dict[Path, str]:
    """Return the files of the logs of a cluster, each with the process that writes it.

    Parameters
    ----------
    record : ClusterRecord
        The cluster.
    backend : Backend or None
        Its backend, ``None`` if its profile cannot be read.
    """
    folder = registry.cluster_dir(record.id)
    found = {path.resolve(): "keeper" if path.parent == folder else path.stem for path in _list_own_files(folder)}
    for tag, kind in ((record.id + KEEPER_SUFFIX, "keeper's job"), (record.id, "job")):
        for job in read_submitted_jobs(folder, tag):
            for group in _find_files(job, backend, folder).values():
                found |= {path.resolve(): f"{kind} {job.id}" for path in group if str(path) != os.devnull}
    return found


def _list_own_files(folder: Path) -> list[Path]:
    """Return the logs of the keeper, then the logs of scheduler and workers, each oldest first."""
    found = [path for path in (folder / "keeper.old", folder / "keeper.log") if path.is_file()]
    others = [(path.stat().st_mtime, path) for path in (folder / "logs").glob("*") if path.is_file()]
    return found + [path for _, path in sorted(others)]


def _find_files(job: SubmittedJob, backend: Backend | None, folder: Path) -> dict[str, list[Path]]:
    return backend.find_output_files(job) if backend is not None and job.id else {}


def _fetch_logs(record: ClusterRecord, backend: Backend) -> tuple[Mapping[str, str], str]:
    """Return the logs that a service keeps, and the reason why they cannot be read."""
    try:
        return backend.fetch_logs(record.id), ""
    except PipelineError as error:
        return {}, str(error)


def _describe_ends(
    jobs: Sequence[SubmittedJob], record: ClusterRecord, backend: Backend | None, is_live: bool
) -> dict[str, str]:
    """Return the state or the end of jobs by id."""
    active = {str(job.get("id")): job for job in record.jobs}
    unknown = [job for job in jobs if job.id and not job.end and not (is_live and job.id in active)]
    remembered = backend.describe_ended_jobs(unknown[-_MAX_QUERIED:]) if backend is not None and unknown else {}
    described = {}
    for job in jobs:
        listed = active.get(job.id)
        if listed is not None and (is_live or not (job.end or job.id in remembered)):
            state = " ".join(filter(None, (str(listed.get("state")), _place(listed))))
            reason = f": {listed['reason']}" if listed.get("reason") else ""
            described[job.id] = f"{state}{reason}" if is_live else f"last known state: {state}{reason}"
        elif end := job.end or remembered.get(job.id):
            described[job.id] = end
        elif not job.id:
            described[job.id] = "its id is unknown, because its submission was interrupted"
        else:
            over = job.ended or not record.state.alive
            described[job.id] = "it has ended, for a reason that is not recorded" if over else "submitted"
    return described


def _place(job: Mapping[str, object]) -> str:
    return f"on {job['host']}" if job.get("host") else ""


def _describe_jobs(
    jobs: Sequence[SubmittedJob],
    files: Mapping[str, Mapping[str, Sequence[Path]]],
    ends: Mapping[str, str],
    tail: int | None,
) -> list[str]:
    """Return the sections of jobs. If they are too large together, the oldest are omitted."""
    parts: list[str] = []
    shown: dict[Path, str] = {}
    rest = _MAX_TOTAL
    for job in reversed(jobs):
        kind = "keeper's job" if job.tag.endswith(KEEPER_SUFFIX) else "job"
        submitted = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(job.time))
        lines = [f"== {kind} {job.id or job.label} ({ends[job.id]}; submitted {submitted}) =="]
        found = files[job.label + job.id]
        for name, group in found.items():
            for path in group:
                if (earlier := shown.setdefault(path.resolve(), job.id)) != job.id:
                    text = f"[jobs write into the same file, see job {earlier}]"
                elif rest <= 0:
                    text = "[omitted, because newer logs are long]"
                else:
                    text = _read(path, tail, min(MAX_BYTES, rest))
                    rest -= len(text)
                lines.append(f"-- {path}\n{text}".rstrip())
            if not group and ("*" not in name or not any(found.values())):
                lines.append(_explain_missing(name, ends[job.id]))
        if not found and job.id:
            lines.append("Its script names no output file.")
        parts.append("\n".join(lines))
    return parts[::-1]


def _read(path: Path, tail: int | None, max_bytes: int) -> str:
    if str(path) == os.devnull:
        return "The script discards this output."
    try:
        return format_tail(read_tail(path, max_bytes=max_bytes), str(path), tail)
    except OSError as error:
        return f"{path} cannot be read: {error.strerror}."


def _explain_missing(name: str, state: str) -> str:
    """Return the cause why a job has no output file `name` on this host."""
    host = socket.gethostname()
    problem = f"{name} does not exist on {host}"
    if state.startswith(("pending", "submitted")):
        return f"{problem}: the job has not started."
    folder = next(parent for parent in Path(name).parents if "*" not in str(parent))
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not os.access(existing, os.R_OK | os.X_OK):
        return f"{problem}, or cannot be seen: {existing} may not be read by this user."
    disk = find_private_disk(existing)
    if disk:
        place = f"{existing} is on a disk of {host} ({disk}), which other hosts do not share"
        return f"{problem}. {place}. The file is on the job's node, or it was removed."
    reason = _LATE if state.startswith("running") else "It was removed, or the job ended before it was written"
    return f"{problem}. {reason}."
