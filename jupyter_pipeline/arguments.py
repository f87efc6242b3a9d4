"""Text that users type into several front doors, turned into values.

A magic, the command line and the panel take the same options; what the text means is said once, here.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from jupyter_pipeline.exceptions import UsageError

__all__ = ["choice", "overrides", "seconds", "size_range", "whole", "workers"]

MAXIMUM_WORKERS = 100_000
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def workers(text: str) -> int:
    """Return the number of workers that `text` names, at least 0.

    Raises
    ------
    UsageError
        If it is not a whole number between 0 and 100,000.

    Examples
    --------
    >>> workers("4")
    4
    """
    if not text.isascii() or not text.isdigit() or int(text) > MAXIMUM_WORKERS:
        raise UsageError(f"{text!r} is not a number of workers: give a whole number from 0 to {MAXIMUM_WORKERS:,}.")
    return int(text)


def size_range(text: str) -> tuple[int, int]:
    """Return ``(minimum, maximum)`` for the text ``MIN:MAX``.

    Raises
    ------
    UsageError
        If it has another form, or the minimum is above the maximum.

    Examples
    --------
    >>> size_range("0:8")
    (0, 8)
    """
    low, colon, high = text.partition(":")
    if not colon:
        raise UsageError(f"{text!r} is not a range of workers: give MIN:MAX, such as 0:8.")
    minimum, maximum = workers(low), workers(high)
    if maximum < 1 or minimum > maximum:
        raise UsageError(f"{text!r} is not a range of workers: the maximum must be at least 1 and the minimum.")
    return minimum, maximum


def seconds(text: str) -> float:
    """Return the seconds that a duration such as ``90``, ``45s``, ``10m``, ``2h`` or ``1d`` names.

    Raises
    ------
    UsageError
        If it is no positive duration.

    Examples
    --------
    >>> seconds("2h")
    7200.0
    """
    number, unit = (text[:-1], text[-1]) if text[-1:] in _UNITS else (text, "s")
    try:
        value = float(number) * _UNITS[unit]
    except ValueError:
        value = -1
    if not 0 < value < float("inf"):
        raise UsageError(f"{text!r} is not a duration: give a number with s, m, h or d, such as 30m.")
    return value


def overrides(pairs: Sequence[str]) -> dict[str, str]:
    """Return the mapping of dotted keys to values that texts of the form ``KEY=VALUE`` name.

    Raises
    ------
    UsageError
        If a text has no ``=``.

    Examples
    --------
    >>> overrides(["cluster_kwargs.cores=4", "limits.idle=30m"])
    {'cluster_kwargs.cores': '4', 'limits.idle': '30m'}
    """
    result = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise UsageError(f"{pair!r} does not set a key: give KEY=VALUE, such as cluster_kwargs.cores=4.")
        result[key] = value
    return result


def whole(what: str, text: str, low: int, high: int) -> int:
    """Return the whole number that `text` names.

    Parameters
    ----------
    what : str
        What it is, for the message: ``"--limit"``.
    text : str
        The number.
    low, high : int
        The smallest and the largest that will do.

    Raises
    ------
    UsageError
        If it is none, or out of range.

    Examples
    --------
    >>> whole("--limit", "20", 1, 200)
    20
    """
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise UsageError(f"{what} {text!r} is not possible: give a whole number from {low} to {high:,}.")
    return int(text)


def choice(what: str, text: str, known: Sequence[str]) -> str:
    """Return `text`, which is one of `known`.

    Raises
    ------
    UsageError
        If it is not; the nearest one is offered.

    Examples
    --------
    >>> choice("--overlap", "skip", ("skip", "queue"))
    'skip'
    """
    if text in known:
        return text
    near = [k for k in known if text and k.startswith(text.lower())] or difflib.get_close_matches(text.lower(), known)
    offer = f"Did you mean {near[0]}?" if near else f"Give {', '.join(known[:-1])} or {known[-1]}."
    raise UsageError(f"{what} {text!r} is not possible. {offer}")
