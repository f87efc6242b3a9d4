"""Write the lines of a log as JSON objects, in files of limited size.

A log is a sequence of files ``NAME.NNNNNN.jsonl``. A file is closed at `SEGMENT` bytes. If there are more than
`SEGMENTS` files, the oldest except the first is removed, and a line names the size. So the begin and the end of a long
log stay. Each line is written with one call, so a process that is killed leaves complete lines.

Keys of a line, without empty ones: ``format``, ``time``, ``level``, ``source``, ``message``, ``logger``, ``host``,
``pid``, ``process``, ``step``, ``cluster`` and ``clock``, the seconds by which the time was corrected.

Workers run `make_line` without this package.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from jupyter_pipeline.paths import FORMAT

__all__ = ["LONGEST", "SEGMENT", "SEGMENTS", "LogFile", "clean", "list_files", "make_line"]

SEGMENT = 16 * 2**20
"""Bytes of one file."""
SEGMENTS = 8
"""Files of one log."""
LONGEST = 64 * 1024
"""Characters of one line; the rest is cut with a note."""
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|\][^\x07\x1b]{0,2048}(?:\x07|\x1b\\)|[@-Z\\^_])")
"""Sequences that control a terminal: colours, movements, titles and links."""
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), 127, *range(128, 160)) if chr(code) not in "\t\n"}
_FORMATS = {code: f"\\u{code:04x}" for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x2028, 0x2029)}
"""Characters that change the order of the text around them, or begin a line."""
_HOST = socket.gethostname()


def clean(text: str) -> str:
    """Return text without control sequences of a terminal, and with other control characters as escapes."""
    if not text.isprintable():
        if "\x1b" in text:
            text = _ESCAPE.sub("", text)
        text = text.translate({**_CONTROL, **_FORMATS})
    return text


def make_line(message: str, *, source: str, level: int = 20, moment: float = 0.0, **details: Any) -> dict[str, Any]:
    """Return one line of a log, without empty details.

    Parameters
    ----------
    message : str
        Text. It is cleaned, and cut at `LONGEST`.
    source : str
        ``log`` (also `print` in a flow), ``warning``, ``stdout`` or ``stderr``.
    level : int
        Level as in `logging`.
    moment : float
        Time; 0 for the current one.
    **details : Any
        Further keys.
    """
    if len(message) > LONGEST:
        message = f"{message[:LONGEST]}… [{len(message) - LONGEST:,} more characters]"
    found = {"time": round(moment or time.time(), 6), "level": level, "source": source, "message": clean(message)}
    found |= {"host": _HOST, "pid": os.getpid()}
    return {**found, **{key: value for key, value in details.items() if value not in ("", None)}}


def list_files(folder: Path) -> list[Path]:
    """Return the files of the logs in a folder, the oldest of each log first."""
    return sorted(folder.glob("*.[0-9][0-9][0-9][0-9][0-9][0-9].jsonl"))


class LogFile:
    """Files of one log, which one process writes.

    Parameters
    ----------
    folder : Path
        Folder of the run; it must exist.
    name : str
        Name of the log in the folder.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._number, self._bytes, self._removed = -1, 0, 0
        self._descriptor = -1
        existing = [path for path in list_files(folder) if path.name.startswith(f"{name}.")]
        if existing:  # a retry of the run in another process
            self._number = int(existing[-1].suffixes[0][1:])
        self._open()

    def _open(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        self._number += 1
        if self._number >= SEGMENTS:
            oldest = self._path(self._number - SEGMENTS + 1)
            with contextlib.suppress(OSError):
                size = oldest.stat().st_size
                oldest.unlink()
                self._removed += size
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        self._descriptor = os.open(self._path(self._number), flags, 0o600)
        self._bytes = 0
        if self._removed:
            note = f"[{self._removed / 2**20:.0f} MiB of this log were removed here, because it is too long]"
            self._write(_encode(make_line(note, source="log", level=30, logger="jupyter_pipeline")))

    def _path(self, number: int) -> Path:
        return self._folder / f"{self._name}.{number:06d}.jsonl"

    def write(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Append lines.

        Raises
        ------
        OSError
            If the disk is full, or the folder was removed.
        """
        block: list[bytes] = []
        size = 0
        for line in lines:
            data = _encode(line)
            if self._bytes + size + len(data) > SEGMENT:
                self._write(b"".join(block))
                block, size = [], 0
                self._open()
            block.append(data)
            size += len(data)
        self._write(b"".join(block))

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            written = os.write(self._descriptor, view)
            view = view[written:]
        self._bytes += len(data)

    def close(self) -> None:
        """Close the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _encode(line: Mapping[str, Any]) -> bytes:
    text = json.dumps({"format": FORMAT, **line}, ensure_ascii=False, separators=(",", ":"), default=str)
    return text.encode("utf-8", errors="replace") + b"\n"
