"""End a cluster whose class blocks the keeper's event loop, when a limit or a timeout is due.

A constructor or a method of a cluster class may call a blocking function. No task of the loop runs meanwhile, so
neither timeouts nor commands work. A thread checks the loop and the limits. It ends the cluster without the help of the
class: it removes processes and jobs, closes the record and exits.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
import time
from pathlib import Path
from typing import Protocol

from jupyter_pipeline.clusters.registry import markers
from jupyter_pipeline.models import ClusterRecord, ClusterState, Profile

__all__ = ["LoopWatchdog", "WatchedKeeper"]

logger = logging.getLogger("jupyter_pipeline.keeper")

_INTERVAL = 1.0
_BLOCKED_AFTER = 3  # checks without an answer of the loop; seconds would also pass while the process is suspended
_CLOSE_CHECKS = 60


class WatchedKeeper(Protocol):
    """The part of the keeper that the watchdog needs."""

    folder: Path
    profile: Profile
    stop_request: tuple[ClusterState, str] | None

    @property
    def record(self) -> ClusterRecord:
        """The current record."""

    def find_due_end(self) -> tuple[ClusterState, str] | None:
        """Return the final state and its reason if a limit ends the running cluster now."""

    async def end_without_class(self, state: ClusterState, reason: str) -> None:
        """End the cluster without its class."""


class LoopWatchdog:
    """Check the event loop of a keeper from a thread.

    Parameters
    ----------
    keeper : WatchedKeeper
        The keeper.
    loop : asyncio.AbstractEventLoop
        Its event loop.
    """

    def __init__(self, keeper: WatchedKeeper, loop: asyncio.AbstractEventLoop) -> None:
        self._keeper = keeper
        self._loop = loop
        self._missed = 0
        self._finished = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="loop-watchdog", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread."""
        self._finished.set()

    def _answer(self) -> None:
        self._missed = 0

    def _watch(self) -> None:
        while not self._finished.wait(_INTERVAL):
            self._missed += 1
            with contextlib.suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(self._answer)
            if self._missed <= _BLOCKED_AFTER:
                continue
            try:
                due = self._find_due_end()
            except Exception:
                logger.exception("cannot check the limits")
                continue
            if due is not None and not self._finished.is_set():
                self._end(*due)

    def _find_due_end(self) -> tuple[ClusterState, str] | None:
        """Return the final state and its reason if the cluster must end now."""
        keeper, record = self._keeper, self._keeper.record
        profile = keeper.profile
        if record.state is ClusterState.STOPPING or keeper.stop_request:
            return keeper.stop_request if self._missed > _CLOSE_CHECKS else None
        request = markers.read_stop_request(keeper.folder)
        if request:
            return request
        timeout = record.limits.start_timeout
        if record.state is ClusterState.STARTING and time.time() - record.started > timeout:
            reason = f"It did not start within {timeout:g} s (limits.start_timeout), because {profile.cluster_class}"
            return ClusterState.FAILED, f"{reason} blocks its process"
        return keeper.find_due_end()

    def _end(self, state: ClusterState, reason: str) -> None:
        logger.error("%s blocks the event loop: %s", self._keeper.profile.cluster_class, reason)
        try:
            asyncio.run(self._keeper.end_without_class(state, reason))
        finally:
            logging.shutdown()
            os._exit(0)
