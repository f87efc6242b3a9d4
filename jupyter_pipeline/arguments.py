"""Parse option values that several front doors accept.

Magics, command line and REST routes share these functions, so that one text has one meaning.
"""

from __future__ import annotations

import contextlib
import datetime
import difflib
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from jupyter_pipeline import units
from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import MAX_RUNS, RUN_LIMIT

__all__ = [
    "after_name",
    "choice",
    "duration",
    "moment",
    "overrides",
    "run_limit",
    "size_range",
    "whole_number",
    "workers",
]

MAXIMUM_WORKERS = 100_000
_Value = TypeVar("_Value")


def workers(text: str) -> int:
    """Return the number of workers in `text`.

    Raises
    ------
    UsageError
        If `text` is not a whole number from 0 to 100,000.

    Examples
    --------
    >>> workers("4")
    4
    """
    if not text.isascii() or not text.isdigit() or int(text) > MAXIMUM_WORKERS:
        raise UsageError(f"{text!r} is not a number of workers. Use a whole number from 0 to {MAXIMUM_WORKERS:,}.")
    return int(text)


def size_range(text: str) -> tuple[int, int]:
    """Return ``(minimum, maximum)`` for the text ``MIN:MAX``.

    Raises
    ------
    UsageError
        If `text` has another form, or the minimum exceeds the maximum.

    Examples
    --------
    >>> size_range("0:8")
    (0, 8)
    """
    low, colon, high = text.partition(":")
    if not colon:
        raise UsageError(f"{text!r} is not a range of workers. Write MIN:MAX, such as 0:8.")
    minimum, maximum = workers(low), workers(high)
    if maximum < 1 or minimum > maximum:
        raise UsageError(
            f"{text!r} is not a range of workers. The maximum must be at least 1 and at least the minimum."
        )
    return minimum, maximum


def duration(text: str) -> float:
    """Return the seconds in a duration such as ``90``, ``45s``, ``10m``, ``1h30m`` or ``1d``.

    Raises
    ------
    UsageError
        If `text` is not a positive duration of at most ten years.

    Examples
    --------
    >>> duration("2h")
    7200.0
    """
    try:
        return units.parse_duration(text)
    except ValueError as error:
        raise UsageError(f"{error}. Write a number with s, m, h or d, such as 30m.") from error


def after_name(parse: Callable[[str], _Value], name: str | None, text: str, *, command: str, usage: str) -> _Value:
    """Return the value of a command whose arguments are the name of a cluster and this value.

    Parameters
    ----------
    parse : callable
        Function of this module that parses the value.
    name : str or None
        Name of the cluster.
    text : str
        Text of the value.
    command, usage : str
        The command and its arguments, for the error message.

    Raises
    ------
    UsageError
        If `text` is invalid. The message has the right form if the two are in the wrong order, or parts of a range.

    Examples
    --------
    >>> after_name(workers, "mine", "4", command="%cluster scale", usage="[NAME] N")
    4
    """
    try:
        return parse(text)
    except UsageError as error:
        form = f"Usage: {command} {usage}"
        if name and _parses(parse, name):
            form = f"Write {command} {text} {name}"
        elif name and _parses(parse, f"{name}:{text}"):
            form = f"Write {name}:{text}"
        raise UsageError(f"{error} {form}") from None


def _parses(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except UsageError:
        return False
    return True


def moment(option: str, text: str, *, now: float | None = None) -> float:
    """Return a point in time, in seconds since the epoch.

    Parameters
    ----------
    option : str
        Name of the option, for the error message.
    text : str
        Date or time in ISO 8601 format, or a duration before `now` such as ``2h``. A time without a zone is local.
    now : float, optional
        Time to which durations refer; by default the current time.

    Raises
    ------
    UsageError
        If `text` is neither.
    """
    with contextlib.suppress(ValueError, OverflowError, OSError):
        return datetime.datetime.fromisoformat(text).timestamp()
    try:
        return (time.time() if now is None else now) - units.parse_duration(text)
    except ValueError as error:
        raise UsageError(
            f"{option} {text!r} is neither a duration nor a time. Write 2h, 2026-05-01 or 2026-05-01T06:00."
        ) from error


def overrides(pairs: Sequence[str]) -> dict[str, str]:
    """Return a mapping of dotted keys to values from texts of the form ``KEY=VALUE``.

    Raises
    ------
    UsageError
        If a text has no ``=`` or no key.

    Examples
    --------
    >>> overrides(["cluster_kwargs.cores=4", "limits.idle=30m"])
    {'cluster_kwargs.cores': '4', 'limits.idle': '30m'}
    """
    result = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise UsageError(f"{pair!r} does not set a key. Write KEY=VALUE, such as cluster_kwargs.cores=4.")
        result[key] = value
    return result


def whole_number(option: str, text: str, low: int, high: int) -> int:
    """Return the whole number in `text`.

    Parameters
    ----------
    option : str
        Name of the option, for the error message.
    text : str
        Decimal digits.
    low, high : int
        Smallest and largest accepted value.

    Raises
    ------
    UsageError
        If `text` is not a whole number from `low` to `high`.

    Examples
    --------
    >>> whole_number("--limit", "20", 1, 200)
    20
    """
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise UsageError(f"{option} {text!r} is invalid. Use a whole number from {low} to {high:,}.")
    return int(text)


def run_limit(option: str, text: str | None) -> int:
    """Return the number of runs to list; the default if `text` is ``None``.

    Raises
    ------
    UsageError
        If `text` is not a whole number from 1 to the maximum.
    """
    return whole_number(option, text, 1, MAX_RUNS) if text is not None else RUN_LIMIT


def choice(option: str, text: str, known: Sequence[str]) -> str:
    """Return `text` if it is one of `known`.

    Raises
    ------
    UsageError
        If `text` is not in `known`. The message suggests the nearest value.

    Examples
    --------
    >>> choice("--overlap", "skip", ("skip", "queue"))
    'skip'
    """
    if text in known:
        return text
    near = [k for k in known if text and k.startswith(text.lower())] or difflib.get_close_matches(text.lower(), known)
    suggestion = f"Did you mean {near[0]}?" if near else f"Use {', '.join(known[:-1])} or {known[-1]}."
    raise UsageError(f"{option} {text!r} is invalid. {suggestion}")
