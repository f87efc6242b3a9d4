"""Read the end of log files, which may be large."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from jupyter_pipeline.units import format_bytes

__all__ = ["MAX_BYTES", "LogTail", "format_tail", "get_file_name", "read_last_lines", "read_tail"]

MAX_BYTES = 2**20
"""Size of the part of one log that is read by default."""
_SHORT_TAIL = 8192
_MAX_LENGTH = 200


@dataclass(frozen=True, slots=True)
class LogTail:
    """End of a log."""

    text: str
    omitted: int = 0
    """Bytes before it."""


def read_tail(path: Path, *, max_bytes: int = MAX_BYTES) -> LogTail:
    """Return the last lines of a file.

    Parameters
    ----------
    path : Path
        The file.
    max_bytes : int
        Number of bytes to read. A line that begins before them is omitted.

    Raises
    ------
    OSError
        If it is no regular file, or cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe without a writer would block
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(0, "it is not a regular file", str(path))
        offset = max(0, status.st_size - max_bytes)
        file.seek(offset)
        content = file.read(max_bytes)
    if offset:
        first = content.find(b"\n") + 1
        content, offset = content[first:], offset + first
    return LogTail(content.decode(errors="replace"), offset)


def format_tail(tail: LogTail, source: str, lines: int | None = None) -> str:
    """Return the text of a log, with a first line that names the part that is omitted.

    Parameters
    ----------
    tail : LogTail
        End of the log.
    source : str
        Place of the whole log.
    lines : int, optional
        Number of last lines, all by default.
    """
    found = tail.text.splitlines()
    shown = found[-lines:] if lines else found
    if not tail.omitted:
        return "\n".join(shown)
    return "\n".join([f"[the first {format_bytes(tail.omitted)} are omitted; the whole log is {source}]", *shown])


def get_file_name(source: str) -> str:
    """Return the name of the file with the log of a source, such as a worker's address.

    Examples
    --------
    >>> get_file_name("tls://10.0.0.1:4242")
    'tls-10.0.0.1-4242.log'
    """
    return re.sub(r"[^A-Za-z0-9.-]+", "-", source).strip("-") + ".log"


def read_last_lines(path: Path, *, count: int = 3) -> str:
    """Return the last lines of a file with text, separated by vertical bars; empty if there is none.

    Parameters
    ----------
    path : Path
        The file.
    count : int
        Number of lines.
    """
    try:
        text = read_tail(path, max_bytes=_SHORT_TAIL).text
    except OSError:
        return ""
    return " | ".join([line.strip()[:_MAX_LENGTH] for line in text.splitlines() if line.strip()][-count:])
