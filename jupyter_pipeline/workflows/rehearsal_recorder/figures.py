"""Render figures of Matplotlib while the run goes on.

A figure changes after it is shown, so it has to be rendered at once. A forked process renders it: it has a copy of the
figure, and the run does not wait. Without `os.fork`, the run renders it itself.
"""

from __future__ import annotations

import base64
import contextlib
import io
import os
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

__all__ = ["FigureRenderer", "is_figure"]

_MOST_BYTES = 8_000_000
"""Bytes that are stored for each picture."""
_MOST_PIXELS = 40_000_000
_MOST_CHILDREN = 16
"""Processes that exist at the same time."""
_PATIENCE = 0.3
"""Seconds of processor time that pictures may take at least, at the end of the run."""
_LONGEST = 10
"""Highest ratio of the time of the wait to the processor time."""


@dataclass(slots=True)
class _Job:
    """Figures that one child process renders."""

    pid: int
    file: IO[bytes]
    outputs: Sequence[dict[str, Any]]
    """Data by MIME type of each figure; the picture is added."""
    skip: Callable[[str], None]
    """Function that gets the reason why a picture is missing."""
    done: bool = False


@dataclass(slots=True)
class FigureRenderer:
    """Renderer of the figures of one run.

    Parameters
    ----------
    charge : callable
        Function that gets the seconds that a child process takes from the run.
    """

    charge: Callable[[float], None]
    _jobs: list[_Job] = field(default_factory=list)

    def render(
        self, figures: Sequence[Any], outputs: Sequence[dict[str, Any]], skip: Callable[[str], None], *, time_left: bool
    ) -> None:
        """Add the pictures of figures to their outputs, at once or at the end of the run.

        Parameters
        ----------
        figures : sequence
            Figures of Matplotlib.
        outputs : sequence of dict
            Data by MIME type of each figure.
        skip : callable
            Function that gets the reason if a picture is missing.
        time_left : bool
            False if no time is left.
        """
        if not time_left:
            skip("time")
            return
        if any(_pixels(figure) > _MOST_PIXELS for figure in figures):
            skip("too large")
            return
        if sum(not self._has_ended(job) for job in self._jobs) >= _MOST_CHILDREN:
            skip("time")
            return
        job = _fork(figures, outputs, skip)
        if job is not None:
            self._jobs.append(job)
        else:
            for figure, output in zip(figures, outputs, strict=True):
                _add(output, _render(figure), skip)

    def collect(self, seconds: float) -> None:
        """Wait for the child processes, and add their pictures.

        The limit is processor time: on a machine with other load, a child process waits for its turn.

        Parameters
        ----------
        seconds : float
            Processor time that the child processes may still take together.
        """
        allowed = max(_PATIENCE, seconds)
        end = time.monotonic() + _LONGEST * allowed
        before = {job.pid: _processor_time(job.pid) for job in self._jobs}
        while pending := [job for job in self._jobs if not self._has_ended(job)]:
            taken = sum(_processor_time(job.pid) - before[job.pid] for job in pending)
            if taken > allowed or time.monotonic() > end:
                break
            time.sleep(0.005)
        for job in pending:
            with contextlib.suppress(OSError):
                os.kill(job.pid, signal.SIGKILL)
        for job in self._jobs:
            with job.file:
                if job in pending:
                    job.skip("time")
                else:
                    job.file.seek(0)
                    _add_pictures(job, job.file.read())
        self._jobs.clear()

    def _has_ended(self, job: _Job) -> bool:
        if not job.done:
            try:
                pid, _, usage = os.wait4(job.pid, os.WNOHANG)
            except ChildProcessError:  # the pipeline waited for all its children
                job.done = True
                return True
            job.done = pid == job.pid
            if job.done:
                self.charge(usage.ru_utime + usage.ru_stime)
        return job.done


def _add_pictures(job: _Job, parts: bytes) -> None:
    for output in job.outputs:
        if len(parts) < _HEAD:  # the process failed
            job.skip("time")
            return
        end = _HEAD + int.from_bytes(parts[:_HEAD], "big")
        _add(output, parts[_HEAD:end], job.skip)
        parts = parts[end:]


_HEAD = 8
"""Bytes of the length before each picture in the file of a job."""


def is_figure(value: Any) -> bool:
    """Return True for a figure of Matplotlib."""
    module = sys.modules.get("matplotlib.figure")
    return module is not None and isinstance(value, module.Figure)


def _pixels(figure: Any) -> float:
    width, height = figure.get_size_inches()
    return float(width * height * figure.dpi**2)


def _add(output: dict[str, Any], picture: bytes, skip: Callable[[str], None]) -> None:
    if len(picture) > _MOST_BYTES:
        skip("too large")
    elif picture:
        output["image/png"] = base64.b64encode(picture).decode()


def _render(figure: Any) -> bytes:
    """Return a figure as PNG with the arguments of the inline backend; empty if it shows text only."""
    if not figure.axes and not getattr(figure, "lines", None):
        return b""
    buffer = io.BytesIO()
    figure.canvas.print_figure(
        buffer,
        format="png",
        facecolor=figure.get_facecolor(),
        edgecolor=figure.get_edgecolor(),
        dpi=figure.dpi,
        bbox_inches="tight",
        pil_kwargs={"compress_level": 1},
    )
    return buffer.getvalue()


def _fork(figures: Sequence[Any], outputs: Sequence[dict[str, Any]], skip: Callable[[str], None]) -> _Job | None:
    """Start a child process that renders figures; ``None`` if there is no `os.fork`, or it fails."""
    if not hasattr(os, "fork"):
        return None
    file = tempfile.TemporaryFile()  # noqa: SIM115 - `collect` closes it
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the process has threads, which the child does not need
            pid = os.fork()
    except OSError:
        file.close()
        return None
    if pid == 0:
        _render_in_child(figures, file)
    return _Job(pid, file, outputs, skip)


def _render_in_child(figures: Sequence[Any], file: IO[bytes]) -> None:
    """Write the pictures to a file, and end the process without any clean-up of the run."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115, PTH123 - the process ends below
        for figure in figures:
            picture = _render(figure)
            file.write(len(picture).to_bytes(_HEAD, "big") + picture)
        file.flush()
    finally:
        os._exit(0)


def _processor_time(pid: int) -> float:
    """Return the processor time of a child process in seconds; the time that passes on a system without ``/proc``."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return time.monotonic()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
