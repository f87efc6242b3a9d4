"""Wait for conditions in tests instead of sleeping."""

from __future__ import annotations

import asyncio
import inspect
import os
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

__all__ = ["patience", "wait_until", "wait_until_async"]

T = TypeVar("T")
_LONGEST_FACTOR = 5.0


def patience(timeout: float) -> float:
    """Return `timeout` in seconds, longer in proportion to the load of the machine, at most five times as long."""
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    return timeout * min(max(load, 1.0), _LONGEST_FACTOR)


def wait_until(condition: Callable[[], T], timeout: float = 30.0, message: str = "", interval: float = 0.05) -> T:
    """Call `condition` until it returns a true value, and return that value.

    Parameters
    ----------
    condition
        Called once at once and then every `interval` seconds. Its exceptions are not caught.
    timeout
        Seconds before the test fails. A busy machine gets up to five times as long.
    message
        Description of the condition, for the failure.
    interval
        Seconds between two calls.

    Raises
    ------
    AssertionError
        The condition was still false at the end. The message has its last value.
    """
    limit = patience(timeout)
    deadline = time.monotonic() + limit
    while not (value := condition()):
        assert time.monotonic() < deadline, _failure(limit, message, value)
        time.sleep(interval)
    return value


async def wait_until_async(
    condition: Callable[[], T | Awaitable[T]], timeout: float = 30.0, message: str = "", interval: float = 0.05
) -> T:
    """Wait as `wait_until` does without blocking the event loop; `condition` may be a coroutine function."""
    limit = patience(timeout)
    deadline = time.monotonic() + limit
    while True:
        result = condition()
        value: T = await result if inspect.isawaitable(result) else result
        if value:
            return value
        assert time.monotonic() < deadline, _failure(limit, message, value)
        await asyncio.sleep(interval)


def _failure(limit: float, message: str, value: object) -> str:
    return f"not within {limit:.0f} s: {message or 'the condition'} (last value {value!r})"
