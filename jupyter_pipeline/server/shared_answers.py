"""Share one read among the requests of many clients.

Each list of all deployments takes Prefect a third of a second. Requests that come at once therefore get one list.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jupyter_pipeline.models import to_plain

__all__ = ["SharedAnswers"]


@dataclass(slots=True)
class _Read:
    """One read, and the time of its start."""

    task: asyncio.Task[bytes]
    begun: float
    stamp: Any


class SharedAnswers:
    """JSON answers by key.

    All methods must be called in the event loop of the server.
    """

    def __init__(self) -> None:
        """Start without answers."""
        self._last: dict[str, _Read] = {}
        """Last successful read of each key."""
        self._current: dict[str, _Read] = {}
        self._next: dict[str, asyncio.Task[bytes]] = {}

    async def get(self, key: str, read: Callable[[], Any], *, max_age: float = 0.0, stamp: Any = None) -> bytes:
        """Return the result of a read as JSON.

        Parameters
        ----------
        key : str
            Name of the answer. Requests of one name share a read.
        read : callable
            Function that returns records or plain data. It runs in a thread, and at most once at a time.
        max_age : float, default 0.0
            Seconds before this call at which the read may have begun. With 0, it begins after the call.
        stamp : object
            Value whose change means that the result may have changed. No earlier read is used then.
        """
        oldest = time.monotonic() - max_age
        last, current = self._last.get(key), self._current.get(key)
        if max_age and last is not None and last.begun >= oldest and last.stamp == stamp:
            if current is None and last.begun < oldest + max_age / 2:
                self._start(key, read, stamp)  # so that later requests need not wait
            return last.task.result()
        if max_age and current is not None and current.begun >= oldest and current.stamp == stamp:
            return await asyncio.shield(current.task)
        if current is None:
            return await asyncio.shield(self._start(key, read, stamp))
        if key not in self._next:
            self._next[key] = asyncio.create_task(self._read_next(key, read, stamp, current.task))
            self._next[key].add_done_callback(_retrieve)
        return await asyncio.shield(self._next[key])

    def forget(self) -> None:
        """Drop all answers, also of reads in progress, because something has changed."""
        for reads in (self._last, self._current, self._next):
            reads.clear()

    def _start(self, key: str, read: Callable[[], Any], stamp: Any) -> asyncio.Task[bytes]:
        def encode() -> bytes:
            return json.dumps(to_plain(read())).encode()

        task = asyncio.create_task(asyncio.to_thread(encode))
        started = self._current[key] = _Read(task, time.monotonic(), stamp)
        self._next.pop(key, None)

        def finish(_: asyncio.Task[bytes]) -> None:
            if self._current.get(key) is not started:
                return  # forgotten
            del self._current[key]
            if _retrieve(task):
                self._last[key] = started
            else:
                self._last.pop(key, None)

        task.add_done_callback(finish)
        task.add_done_callback(_retrieve)
        return task

    async def _read_next(self, key: str, read: Callable[[], Any], stamp: Any, before: asyncio.Task[bytes]) -> bytes:
        await asyncio.wait([before])
        return await asyncio.shield(self._start(key, read, stamp))


def _retrieve(task: asyncio.Task[bytes]) -> bool:
    """Return True if a task has succeeded. Otherwise asyncio logs an error that is not awaited."""
    return not task.cancelled() and task.exception() is None
