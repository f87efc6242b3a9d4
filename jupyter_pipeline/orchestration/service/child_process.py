"""Start and stop a child process of the supervisor, and log its output."""

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
"""Seconds of uptime after which the next exit counts as the first."""


@contextlib.contextmanager
def log_failure(task: str) -> Iterator[None]:
    """Log the exceptions of a task and go on, except errors of the server, which are raised."""
    try:
        yield
    except OrchestrationError:
        raise
    except Exception:  # one failing task must not stop the service
        LOG.exception("service | %s failed", task)


class ChildProcess:
    """Child process of the supervisor.

    Parameters
    ----------
    name : str
        ``server``, ``worker`` or ``postgresql``.
    grace : float
        Seconds between SIGTERM and SIGKILL.
    """

    def __init__(self, name: str, grace: float) -> None:
        self.name = name
        self.grace = grace
        self.process: asyncio.subprocess.Process | None = None
        self.identity: ProcessIdentity | None = None
        self.since = 0.0
        """Start time in seconds since the epoch."""
        self.exits = 0
        """Number of exits in a row."""
        self.last_lines: deque[str] = deque(maxlen=40)
        self._pump: asyncio.Task[None] | None = None

    async def start_prefect(self, arguments: list[str], environment: dict[str, str], *, umask: int) -> None:
        """Start ``prefect`` with `arguments`; its output goes to the log."""
        module = "jupyter_pipeline.orchestration.service.prefect_child"
        await self.start([sys.executable, "-m", module, str(os.getpid()), *arguments], environment, umask=umask)

    async def start(self, command: list[str], environment: dict[str, str], *, umask: int) -> None:
        """Start a command; its output goes to the log."""
        self.process = await asyncio.create_subprocess_exec(
            *command,
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
        """Wait for the process to exit and return its exit code."""
        assert self.process is not None
        code = await self.process.wait()
        if self._pump is not None:
            with contextlib.suppress(asyncio.TimeoutError):  # a run may keep the pipe open
                await asyncio.wait_for(self._pump, 1.0)
        self.exits = 1 if self.age > _STEADY else self.exits + 1
        return code

    @property
    def age(self) -> float:
        """Seconds since the start."""
        return time.time() - self.since

    @property
    def alive(self) -> bool:
        """True if the process is running."""
        return self.process is not None and self.process.returncode is None

    def describe_exit(self, code: int) -> str:
        """Return a description of the exit, with the most likely line of output that explains it."""
        if code < 0:
            return f"was terminated by {signal.Signals(-code).name}"
        errors = [line for line in self.last_lines if "Error" in line or "rror:" in line]
        return f"exited with code {code}: {(errors or list(self.last_lines) or [''])[-1].strip()[:300]}"

    @property
    def port_was_taken(self) -> bool:
        """True if it exited because its port was in use. Its last lines may be about its own shutdown."""
        return any("already in use" in line for line in self.last_lines)

    async def stop(self) -> None:
        """Stop the process; on return it has exited."""
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
