"""Turn the lines of a text log into entries.

The time at the begin of a line counts if it is within the life of the file. A line without a valid time takes the time
of the line before it. So a printed text with a time of another year does not leave its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from jupyter_pipeline.models import LogEntry
from jupyter_pipeline.workflows.log_search.options import LEVELS
from jupyter_pipeline.workflows.run_logs.lines import last_shown
from jupyter_pipeline.workflows.run_logs.log_file import clean

__all__ = ["parse_lines"]

_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?(Z|[+-]\d\d:?\d\d)?(?: - |[ |]{1,4})(?=\S)", re.ASCII
)
_DASK = re.compile(r"([\w.]{1,100})(?: - | )(DEBUG|INFO|WARNING|ERROR|CRITICAL)(?: - | )", re.ASCII)
_LEVEL = re.compile(r"(?:[\w.-]{1,60}[ |:]{1,4}){0,3}(DEBUG|INFO|WARNING|ERROR|CRITICAL)\b", re.ASCII)
_PATIENCE = 120.0
"""Seconds by which the clocks of two hosts may differ."""


def parse_lines(lines: Iterable[bytes], *, begin: float, end: float, **details: Any) -> Iterator[LogEntry]:
    """Yield an entry for each line.

    Parameters
    ----------
    lines : iterable of bytes
        Lines of the log.
    begin, end : float
        Begin and end of the life of the file.
    **details : Any
        Fields of the entries.
    """
    last = begin
    level = "info"
    for raw in lines:
        text = clean(last_shown(raw.decode("utf-8", errors="replace")))
        if not text.strip():
            continue
        logger, kind = "", "before"
        if (found := _TIME.match(text)) and (moment := _convert(found, begin, end)):
            last, kind, text, level = moment, "", text[found.end() :], "info"
            if dask := _DASK.match(text):
                logger, level, text = dask[1], dask[2].lower(), text[dask.end() :]
            elif word := _LEVEL.match(text):
                level = word[1].lower()
        elif text.startswith("Traceback (most recent call last)"):
            level = "error"
        yield LogEntry(
            time=last,
            message=text,
            level=level if level in LEVELS else "info",
            source="file",
            logger=logger,
            time_of=kind,
            **details,
        )


def _convert(found: re.Match[str], begin: float, end: float) -> float:
    """Return the time of a line; 0 if it is not within the life of the file."""
    zone = (found[4] or "").replace("Z", "+00:00")
    fraction = (found[3] or "0")[:6].ljust(6, "0")
    try:
        moment = datetime.fromisoformat(f"{found[1]}T{found[2]}.{fraction}{zone}").timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0
    return moment if begin - _PATIENCE <= moment <= end + _PATIENCE else 0.0
