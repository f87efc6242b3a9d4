"""Turn the lines of the log of a run into entries."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from jupyter_pipeline.models import LogEntry
from jupyter_pipeline.paths import parse_object
from jupyter_pipeline.workflows.run_logs.log_file import clean

__all__ = ["name_level", "parse_lines"]


def name_level(number: int) -> str:
    """Return the name of a level: the highest standard one that it reaches."""
    for level in (logging.CRITICAL, logging.ERROR, logging.WARNING, logging.INFO):
        if number >= level:
            return logging.getLevelName(level).lower()
    return "debug"


def parse_lines(lines: Iterable[bytes], *, path: Path, run: str, literal: bytes = b"") -> Iterator[LogEntry]:
    """Yield an entry for each line; damaged lines are left out.

    Parameters
    ----------
    lines : iterable of bytes
        Lines of the log.
    path : Path
        The log, for errors.
    run : str
        Name of the run.
    literal : bytes
        Bytes that each line must contain.

    Raises
    ------
    NewerStateError
        If a newer release has written a line.
    """
    for raw in lines:
        if literal and literal not in raw:
            continue
        try:
            line: dict[str, Any] = parse_object(raw, path)
            moment = float(line["time"])
            if not math.isfinite(moment):
                continue
            yield LogEntry(
                time=moment,
                message=clean(str(line["message"])),
                level=name_level(int(line.get("level", 20))),
                source=str(line.get("source", "")),
                process=str(line.get("process", "")),
                host=str(line.get("host", "")),
                pid=int(line.get("pid", 0)),
                logger=str(line.get("logger", "")),
                step=str(line.get("step") or line.get("task") or ""),
                run=run,
                cluster=str(line.get("cluster", "")),
                time_of="corrected" if line.get("clock") else "",
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
