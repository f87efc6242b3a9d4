"""Read the end of a job's output."""

from __future__ import annotations

import contextlib
from pathlib import Path

from jupyter_pipeline.clusters.backends.batch.identity import get_number

__all__ = ["read_last_lines"]

_MAX_BYTES = 8192
_MAX_LENGTH = 200


def read_last_lines(folder: str | None, job_id: str, *, count: int = 3) -> str:
    """Return the last lines of a job's output, separated by vertical bars; empty if it has none.

    Parameters
    ----------
    folder : str or None
        Folder with the output of jobs, the working folder by default. Names of files contain the job's number.
    job_id : str
        Id of the job.
    count : int
        Number of lines.
    """
    number = get_number(job_id)
    files = [path for path in Path(folder or ".").expanduser().glob(f"*{number}*") if _has_number(path.name, number)]
    # Python writes its errors into the first of these files, if the system writes two.
    files.sort(key=lambda path: (".e" not in path.name, path.name))
    for path in files:
        with contextlib.suppress(OSError):
            with path.open("rb") as file:
                file.seek(max(0, path.stat().st_size - _MAX_BYTES))
                text = file.read().decode(errors="replace")
            lines = [line.strip()[:_MAX_LENGTH] for line in text.splitlines() if line.strip()]
            if lines:
                return " | ".join(lines[-count:])
    return ""


def _has_number(name: str, number: str) -> bool:
    """Return True if a file's name contains this number, and not only a longer one."""
    before, _, after = name.rpartition(number)
    return not (before[-1:].isdigit() or after[:1].isdigit())
