"""Record the files and folders that a Python process writes, with the command of the process.

A process that starts with this folder in PYTHONPATH appends one JSON line for each path to the file WRITTEN_FILES.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def _paths(event: str, values: tuple[Any, ...]) -> tuple[Any, ...]:
    if event == "open":
        return values[:1] if (values[2] or 0) & _WRITES else ()
    if event in ("os.mkdir", "sqlite3.connect"):
        return values[:1]
    return values[1:2] if event in ("os.rename", "os.link", "os.symlink") else ()


def _begin(file: str) -> None:
    log = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    command = " ".join(sys.orig_argv)

    def record(event: str, values: tuple[Any, ...]) -> None:
        for path in _paths(event, values):
            if isinstance(path, (str, bytes, os.PathLike)):
                written = os.path.abspath(os.fsdecode(path).removeprefix("file:"))  # noqa: PTH100 - no import
                os.write(log, f"{json.dumps([command, written])}\n".encode())

    sys.addaudithook(record)


if "WRITTEN_FILES" in os.environ:
    _begin(os.environ["WRITTEN_FILES"])
