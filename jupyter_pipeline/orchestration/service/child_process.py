"""One process of the supervisor's: started, listened to, ended."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Iterator

from jupyter_pipeline import processes
from jupyter_pipeline.exceptions import OrchestrationError
from jupyter_pipeline.models import ProcessIdentity
from jupyter_pipeline.paths import service_dir

__all__ = ["LOG", "ChildProcess", "log_failure"]

LOG = logging.getLogger("jupyter_pipeline.service")
"""The log of the service."""

_STEADY = 60.0
"""Seconds of life after which the next death counts as the first."""


@contextlib.contextmanager
def log_failure(chore: str) -> Iterator[None]:
    """Log what fails in a chore, and go on; that the server does not answer is for the caller."""
    try:
        yield
    except OrchestrationError:
        raise
    except Exception:  # whatever it is, the service is worth more than one chore
        LOG.exception("service | %s failed", chore)


class ChildProcess:
    """One process that is kept alive.

    Parameters
    ----------
    name : str
        ``server`` or ``worker``.
    grace : float
        Seconds between the request to end and the kill.
    """

    def __init__(self, name: str, grace: float) -> None:
        self.name = name
        self.grace = grace
        self.process: asyncio.subprocess.Process | None = None
        self.identity: ProcessIdentity | None = None
        self.since = 0.0
        """When it was started, in seconds since the epoch."""
        self.deaths = 0
        """Deaths in a row."""
        self.last_lines: deque[str] = deque(maxlen=40)
        self._pump: asyncio.Task[None] | None = None

    async def start(self, arguments: list[str], environment: dict[str, str], *, umask: int) -> None:
        """Start ``prefect`` with `arguments`; its output goes to the log."""
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "jupyter_pipeline.orchestration.service.prefect_child",
            str(os.getpid()),
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=environment,
            cwd=service_dir(),
            umask=umask,
            start_new_session=True,
            limit=2**20,
        )
        self.since = time.time()
        self.identity = processes.identify(self.process.pid)
        self.last_lines.clear()
        self._pump = asyncio.create_task(self._log_output(self.process))

    async def _log_output(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError:  # longer than the limit
                continue
            if not line:
                return
            text = line.decode(errors="replace").rstrip()
            if text:
                self.last_lines.append(text)
                LOG.info("%s | %s", self.name, text)

    async def wait(self) -> int:
        """Return the exit code once the process has ended."""
        assert self.process is not None
        code = await self.process.wait()
        if self._pump is not None:
            with contextlib.suppress(asyncio.TimeoutError):  # a run may hold the pipe open
                await asyncio.wait_for(self._pump, 1.0)
        self.deaths = 1 if self.age > _STEADY else self.deaths + 1
        return code

    @property
    def age(self) -> float:
        """Seconds since its start."""
        return time.time() - self.since

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.returncode is None

    def ending(self, code: int) -> str:
        """Return how it ended, with the line of its output that says most likely why, unless a signal ended it."""
        if code < 0:
            return f"was ended by {signal.Signals(-code).name}"
        telling = [line for line in self.last_lines if "Error" in line or "rror:" in line]
        return f"ended with exit code {code}: {(telling or list(self.last_lines) or [''])[-1].strip()[:300]}"

    @property
    def port_was_taken(self) -> bool:
        """Whether it ended because another program listens on its port; what it says last is of its own clearing up."""
        return any("already in use" in line for line in self.last_lines)

    async def stop(self) -> None:
        """End the process; on return it is gone."""
        if self.process is None or not self.alive:
            return
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        try:
            await asyncio.wait_for(self.process.wait(), self.grace)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()
