"""Write and read the journal of a run: one JSON object for each event, in the order of the run.

A line is written with one call, so a process that is killed at any time leaves complete lines, but for the last one.
Each object has ``event``:

- ``run``: begin of the run, with its facts and the cells
- ``versions``: versions of the imported packages
- ``enter``: begin of a cell, with its step and the time
- ``outputs``: outputs of a cell, in the form of nbformat
- ``clear``: the outputs of a cell are removed
- ``leave``: end of a cell; ``cut`` has the number of characters that are not stored
- ``error``: exception of a cell, or of no cell (-1)
- ``step``: end of one call of a step
- ``widgets``: state of the widgets
- ``note``: reason for missing outputs
- ``end``: end of the recording
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jupyter_pipeline.paths import FORMAT, parse_object, private_dir

__all__ = ["FILE", "Journal", "read_journal"]

FILE = "journal.jsonl"
"""Name of the journal in the folder of a run."""
_MOST_BYTES = 512 * 2**20
"""Bytes of a journal, after which no outputs are stored."""
_LONGEST_END = 64 * 1024
"""Bytes of the last events, which are stored in any case."""


class Journal:
    """Journal of one run.

    Parameters
    ----------
    folder : Path
        Folder of the run in the folder of its deployment. Both are created with mode 0700.
    """

    def __init__(self, folder: Path) -> None:
        private_dir(folder.parent)  # of the deployment
        self.path = private_dir(folder) / FILE
        self._file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._lock = threading.Lock()
        self._bytes = os.fstat(self._file).st_size
        self._is_full = False

    def write(self, event: str, **values: Any) -> None:
        """Append one event.

        Raises
        ------
        OSError
            If the disk is full.
        """
        line = json.dumps(
            {"format": FORMAT, "event": event, **values}, default=str, ensure_ascii=False, separators=(",", ":")
        )
        data = line.encode("utf-8", errors="replace") + b"\n"
        with self._lock:
            if self._is_full and len(data) > _LONGEST_END:
                return
            if not self._is_full and self._bytes + len(data) > _MOST_BYTES:
                self._is_full = True
                data = b'{"event":"note","text":"The outputs of the run exceed 512 MiB. Later ones are not stored."}\n'
            written = 0
            while written < len(data):  # a large line may need several calls
                written += os.write(self._file, data[written:])
            self._bytes += len(data)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


def read_journal(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the events of a journal. Damaged lines are left out, such as the last line of a killed run.

    Raises
    ------
    OSError
        If the file cannot be read.
    NewerStateError
        If a newer release has written it.
    """
    with path.open("rb") as file:
        for line in file:
            try:
                event = parse_object(line, path)
            except ValueError:
                continue
            if "event" in event:
                yield event
