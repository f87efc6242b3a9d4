"""Log what child processes and libraries in C write to the standard descriptors of a run.

Pipes take the places of the descriptors. A forked process reads them, passes the bytes on to the former descriptors
and logs the lines. So the last words of a process that crashes are logged, and a child process that outlives the run
still has a reader. It ends when no process has the pipes any more.

A run of the service passes nothing on: its worker reads the former descriptors, and may end before the run.
"""

from __future__ import annotations

import codecs
import contextlib
import functools
import os
import selectors
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jupyter_pipeline.workflows.run_logs.lines import Allowance, LineBuffer
from jupyter_pipeline.workflows.run_logs.log_file import LogFile, make_line

__all__ = ["RawOutput", "discard_output"]

_NAMES = {1: "stdout", 2: "stderr"}
_INTERVAL = 0.25
_MOST_LINES = 2000
_PATIENCE = 2.0


class RawOutput:
    """Descriptors 1 and 2 of this process, which a forked process reads.

    Parameters
    ----------
    folder : Path
        Folder of the log.
    mask : callable
        Function that masks secrets in a text.
    passed_on : bool, default True
        False if the process must not depend on the readers of the former descriptors, which may end first.
    """

    def __init__(self, folder: Path, mask: Callable[[str], str], *, passed_on: bool = True) -> None:
        self.former: dict[int, int] = {}
        """Duplicates of the former descriptors, or descriptors of the null device."""
        self._folder, self._mask, self._passed_on = folder, mask, passed_on
        self._reader = 0

    def open(self) -> None:
        """Replace the descriptors. Call it before the process has threads."""
        sys.stdout.flush()
        sys.stderr.flush()
        pipes = {}
        for number in _NAMES:
            self.former[number] = os.dup(number) if self._passed_on else os.open(os.devnull, os.O_WRONLY)
            pipes[number] = os.pipe()
        self._reader = os.fork()
        if self._reader == 0:
            status = 1
            with contextlib.suppress(BaseException):
                for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # it ends with its pipes
                    signal.signal(signum, signal.SIG_IGN)
                for _, write in pipes.values():
                    os.close(write)
                null = os.open(os.devnull, os.O_RDWR)
                for number in (0, 1, 2):
                    os.dup2(null, number)
                _read({pipes[number][0]: number for number in _NAMES}, self.former, self._folder, self._mask)
                status = 0
            os._exit(status)
        for number, (read, write) in pipes.items():
            os.close(read)
            os.dup2(write, number)
            os.close(write)

    def close(self) -> None:
        """Restore the descriptors, and wait shortly until the reader has logged everything.

        If nothing is passed on, the reader continues until the process has ended.
        """
        if not self._passed_on:
            return
        for number, former in self.former.items():
            os.dup2(former, number)
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end:
            with contextlib.suppress(ChildProcessError):
                if os.waitpid(self._reader, os.WNOHANG)[0] == 0:
                    time.sleep(0.002)
                    continue
            return


def discard_output() -> None:
    """Write standard output and error of this process to the null device, whose reader never ends."""
    sys.stdout.flush()
    sys.stderr.flush()
    null = os.open(os.devnull, os.O_WRONLY)
    for number in _NAMES:
        os.dup2(null, number)
    os.close(null)


def _read(pipes: dict[int, int], former: dict[int, int], folder: Path, mask: Callable[[str], str]) -> None:
    """Read until all pipes are closed."""
    file: LogFile | None = LogFile(folder, "output")
    pending: list[dict[str, Any]] = []
    parent = os.getppid()
    decode = {number: codecs.getincrementaldecoder("utf-8")(errors="replace") for number in _NAMES}
    allowance = Allowance()

    def log(name: str, text: str, level: int = 20) -> None:
        pending.append(make_line(mask(text), source=name, level=level, process="output") | {"pid": parent})

    buffers = {number: LineBuffer(functools.partial(log, name)) for number, name in _NAMES.items()}

    def flush() -> None:
        nonlocal file
        lines, pending[:] = list(pending), []
        try:
            if file is not None and lines:
                file.write(lines)
        except OSError:  # the disk is full; the text is still passed on
            file = None

    with selectors.DefaultSelector() as selector:
        for read in pipes:
            selector.register(read, selectors.EVENT_READ)
        last = time.monotonic()
        while selector.get_map():
            for key, _ in selector.select(_INTERVAL if pending else None):
                number = pipes[key.fd]
                data = os.read(key.fd, 65536)
                if not data:
                    selector.unregister(key.fd)
                    buffers[number].flush()
                    continue
                with contextlib.suppress(OSError):
                    view = memoryview(data)
                    while view:
                        view = view[os.write(former[number], view) :]
                if allowance.allows(len(data)):
                    if note := allowance.take_note():
                        log(_NAMES[number], note, 30)
                    buffers[number].add(decode[number].decode(data))
            if len(pending) > _MOST_LINES or time.monotonic() - last > _INTERVAL:
                flush()
                last = time.monotonic()
    if note := allowance.take_note():
        log("stdout", note, 30)
    flush()
