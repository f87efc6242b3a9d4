"""Render figures of Matplotlib while the run goes on.

A figure changes after it is shown, so it has to be rendered at once. A forked process renders it: it has a copy of the
figure, and the run does not wait. Without `os.fork`, the run renders it itself.

The processor time of a process is known at its end. So each picture reserves the mean time of earlier pictures before
its process starts. Pictures that do not fit into the time that is left are not rendered, except for the first one.
"""

from __future__ import annotations

import base64
import contextlib
import io
import os
import resource
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
_FIRST = 1
"""Pictures of a run that are rendered even if no time is left: each process loads the fonts again."""
_TYPICAL = 0.1
"""Seconds of processor time that a picture is expected to take before one has ended."""
_PATIENCE = 0.5
"""Seconds of processor time that a process may take at least."""
_LARGE_PROCESS = 2 * 2**30
"""Bytes of memory from which a fork takes longer than a picture."""
_LONGEST = 10
"""Highest ratio of the time of the wait to the limit of processor time."""


@dataclass(slots=True)
class _Job:
    """Figures that one child process renders."""

    pid: int
    file: IO[bytes]
    outputs: Sequence[dict[str, Any]]
    """Data by MIME type of each figure; the picture is added."""
    limit: float
    """Seconds of processor time that the process may take."""
    done: bool = False
    failed: bool = False
    """True if a figure cannot be drawn."""


@dataclass(slots=True)
class FigureRenderer:
    """Renderer of the figures of one run.

    Parameters
    ----------
    charge : callable
        Function that gets the seconds that a child process takes from the run.
    most_processes : int, optional
        Processes that draw at the same time; the run draws further figures itself. It draws all if it uses much memory,
        which a fork would have to map again. By default any number.
    """

    charge: Callable[[float], None]
    most_processes: int | None = None
    _jobs: list[_Job] = field(default_factory=list)
    _begun: int = 0
    """Pictures whose rendering has begun."""
    _rendered: int = 0
    _seconds: float = 0.0
    """Processor time of the rendered pictures."""

    def render(self, figures: Sequence[Any], outputs: Sequence[dict[str, Any]], seconds: float) -> None:
        """Add the pictures of figures to their outputs, at once or at the end of the run.

        In place of a missing picture stands its ``reason``: ``time``, ``size`` or ``error``.

        Parameters
        ----------
        figures : sequence
            Figures of Matplotlib.
        outputs : sequence of dict
            Data by MIME type of each figure.
        seconds : float
            Processor time that the recorder may still take.
        """
        chosen = []
        running = [job for job in self._jobs if not self._has_ended(job)]
        expected = self._seconds / self._rendered if self._rendered else _TYPICAL
        left = seconds - expected * sum(len(job.outputs) for job in running)
        for figure, output in zip(figures, outputs, strict=True):
            if not figure.axes and not getattr(figure, "lines", None):
                continue  # it shows text only
            if _pixels(figure) > _MOST_PIXELS:
                _add_missing(output, "size")
            elif self._begun >= _FIRST and left < expected:
                _add_missing(output, "time")
            else:
                chosen.append((figure, output))
                self._begun += 1
                left -= expected
        if chosen:
            self._start(chosen, max(_PATIENCE, left + expected * len(chosen)))

    def _start(self, chosen: Sequence[tuple[Any, dict[str, Any]]], limit: float) -> None:
        figures, outputs = [figure for figure, _ in chosen], [output for _, output in chosen]
        job = _fork(figures, outputs, limit) if self._may_fork() else None
        if job is not None:
            self._jobs.append(job)
            return
        begun = time.thread_time()
        for figure, output in chosen:
            try:
                _add(output, _render(figure))
            except Exception:  # noqa: BLE001 - a figure that cannot be drawn is no error of the pipeline
                _add_missing(output, "error")
        self._count(len(chosen), time.thread_time() - begun)

    def _may_fork(self) -> bool:
        if self.most_processes is None:
            return True
        running = sum(not self._has_ended(job) for job in self._jobs)
        return running < self.most_processes and _count_memory() < _LARGE_PROCESS

    def take_ended(self) -> list[dict[str, Any]]:
        """Add the pictures of processes that have ended, and return the outputs whose pictures are still drawn."""
        ended = [job for job in self._jobs if self._has_ended(job)]
        for job in ended:
            with job.file:
                job.file.seek(0)
                _add_pictures(job, job.file.read())
            self._jobs.remove(job)
        return [output for job in self._jobs for output in job.outputs]

    def collect(self) -> None:
        """Wait for the child processes, and add their pictures.

        Each process has a limit of processor time. On a machine with other load, it waits for its turn.
        """
        end = time.monotonic() + _LONGEST * sum(job.limit for job in self._jobs)
        while pending := [job for job in self._jobs if not self._has_ended(job)]:
            if time.monotonic() > end:
                break
            time.sleep(0.005)
        self._end(pending)

    def abandon(self) -> None:
        """End the child processes. Pictures that are not drawn are missing."""
        self._end([job for job in self._jobs if not self._has_ended(job)])

    def _end(self, pending: Sequence[_Job]) -> None:
        for job in pending:
            with contextlib.suppress(OSError):
                os.kill(job.pid, signal.SIGKILL)
        for job in self._jobs:
            with job.file:
                job.file.seek(0)
                _add_pictures(job, b"" if job in pending else job.file.read())
        self._jobs.clear()

    def _has_ended(self, job: _Job) -> bool:
        if not job.done:
            try:
                pid, status, usage = os.wait4(job.pid, os.WNOHANG)
            except ChildProcessError:  # the pipeline waited for all its children
                job.done = True
                return True
            job.done = pid == job.pid
            if job.done:
                job.failed = not os.WIFSIGNALED(status)
                self.charge(usage.ru_utime + usage.ru_stime)
                self._count(len(job.outputs), usage.ru_utime + usage.ru_stime)
        return job.done

    def _count(self, pictures: int, seconds: float) -> None:
        self._rendered += pictures
        self._seconds += seconds


def _add_pictures(job: _Job, parts: bytes) -> None:
    for output in job.outputs:
        if len(parts) < _HEAD:
            _add_missing(output, "error" if job.failed else "time")
            continue
        end = _HEAD + int.from_bytes(parts[:_HEAD], "big")
        _add(output, parts[_HEAD:end])
        parts = parts[end:]


_HEAD = 8
"""Bytes of the length before each picture in the file of a job."""


def _count_memory() -> int:
    """Return the bytes of memory that this process uses; without Linux, the most that it has used."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return pages * resource.getpagesize()


def is_figure(value: Any) -> bool:
    """Return True for a figure of Matplotlib."""
    module = sys.modules.get("matplotlib.figure")
    return module is not None and isinstance(value, module.Figure)


def _pixels(figure: Any) -> float:
    width, height = figure.get_size_inches()
    return float(width * height * figure.dpi**2)


def _add(output: dict[str, Any], picture: bytes) -> None:
    if len(picture) > _MOST_BYTES:
        _add_missing(output, "size")
    else:
        output["image/png"] = base64.b64encode(picture).decode()


def _add_missing(output: dict[str, Any], reason: str) -> None:
    output["image/png"] = {"reason": reason}


def _render(figure: Any) -> bytes:
    """Return a figure as PNG with the arguments of the inline backend."""
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


def _fork(figures: Sequence[Any], outputs: Sequence[dict[str, Any]], limit: float) -> _Job | None:
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
        _render_in_child(figures, file, limit)
    return _Job(pid, file, outputs, limit)


def _render_in_child(figures: Sequence[Any], file: IO[bytes], limit: float) -> None:
    """Write the pictures to a file, and end the process without any clean-up of the run."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGPROF, signal.SIG_DFL)  # ends the process
        signal.setitimer(signal.ITIMER_PROF, limit)
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
