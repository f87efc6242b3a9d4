"""Entry of a log."""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_pipeline.models.record import Record

__all__ = ["LogEntry"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry(Record):
    """Entry of a log, of one or several lines."""

    time: float
    message: str
    level: str = "info"
    """``debug``, ``info``, ``warning``, ``error`` or ``critical``."""
    source: str = ""
    """``log``, ``warning``, ``stdout``, ``stderr``, ``event`` or ``file``."""
    process: str = ""
    """``run``, ``output``, ``worker NAME``, ``keeper``, ``server`` or the name of a file."""
    host: str = ""
    pid: int = 0
    logger: str = ""
    step: str = ""
    """Step of the run, or else the name of a Dask task."""
    run: str = ""
    """Name of the run."""
    cluster: str = ""
    """Name of the cluster."""
    time_of: str = ""
    """``before`` if the line has no time and takes the one before it; ``corrected`` if clocks of hosts differ."""
