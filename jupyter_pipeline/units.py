"""Parse and format durations, sizes and counts (pure).

The one parser and the one formatter of each quantity. Durations are seconds, sizes are bytes.
"""

from __future__ import annotations

import math
import re

__all__ = ["format_bytes", "format_duration", "format_money", "parse_bytes", "parse_count", "parse_duration"]

_MAX_COUNT = 100_000
_MAX_BYTES = 2**60
_MAX_SECONDS = 10 * 366 * 86400.0

_NUMBER = r"(\d+(?:\.\d+)?(?:[eE]\+?\d+)?)"
_BYTES = re.compile(_NUMBER + r"\s*([kKmMgGtTpP]?)(i?)[bB]?")
_PLAIN_DURATION = re.compile(_NUMBER)
_DURATION = re.compile(_NUMBER + r"\s*([a-zA-Z]+)[\s,]*")
_UNITS = {
    "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1,
    "m": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hr": 3600, "hrs": 3600, "hour": 3600, "hours": 3600,
    "d": 86400, "day": 86400, "days": 86400,
    "w": 604800, "week": 604800, "weeks": 604800,
}  # fmt: skip
_LONG = (("week", 604800), ("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))
_SHORT = (("d", 86400), ("h", 3600), ("min", 60))


def parse_bytes(value: object) -> int:
    """Return the number of bytes in `value`, in the notation of Dask: ``"4gb"``, ``"4 GiB"``, ``4e9``.

    Parameters
    ----------
    value : object
        A number of bytes, or text with a unit: kB = 1000 bytes, KiB = 1024.

    Raises
    ------
    ValueError
        If `value` is not a size, is not positive, or exceeds one EiB.

    Examples
    --------
    >>> parse_bytes("4 GiB"), parse_bytes("4gb")
    (4294967296, 4000000000)
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"{value!r} is not a size")
    if isinstance(value, str):
        match = _BYTES.fullmatch(value.strip())
        if not match:
            raise ValueError(f"{value!r} is not a size")
        number, prefix, binary = match.groups()
        amount = float(number) * (1024 if binary else 1000) ** " kmgtp".index(prefix.lower() or " ")
    else:
        amount = float(value)
        if math.isfinite(amount) and amount != int(amount):
            raise ValueError(f"{value!r} is not a whole number of bytes")
    if math.isnan(amount) or amount < 1:
        raise ValueError(f"{value!r} is not a positive size")
    if amount > _MAX_BYTES:
        raise ValueError(f"{value!r} is more than one EiB")
    return int(amount)


def parse_count(value: object, *, minimum: int = 1) -> int:
    """Return `value` as a whole number from `minimum` to 100 000.

    Raises
    ------
    ValueError
        If `value` is text, a boolean, not whole, or out of range.
    """
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or value != value
        or value in (math.inf, -math.inf)
    ):
        raise ValueError(f"{value!r} is not a whole number")
    if value != int(value):
        raise ValueError(f"{value!r} is not a whole number")
    if value < minimum:
        raise ValueError(f"{value!r} is less than {minimum}")
    if value > _MAX_COUNT:
        raise ValueError(f"{value!r} is more than {_MAX_COUNT}")
    return int(value)


def parse_duration(value: object) -> float:
    """Return the seconds in `value`.

    Parameters
    ----------
    value : object
        A number of seconds, or text such as ``"90"``, ``"90 min"``, ``"1h30m"`` or ``"2 days"``.

    Raises
    ------
    ValueError
        If `value` is not a duration, is not positive, or exceeds ten years.

    Examples
    --------
    >>> parse_duration("1h30m")
    5400.0
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"{value!r} is not a duration")
    if isinstance(value, str):
        text = value.strip().lower()
        if _PLAIN_DURATION.fullmatch(text):
            seconds = float(text)
        else:
            parts = [(float(m[1]), _UNITS.get(m[2])) for m in _DURATION.finditer(text)]
            whole = "".join(m[0] for m in _DURATION.finditer(text))
            if not parts or whole != text or any(unit is None for _, unit in parts):
                raise ValueError(f"{value!r} is not a duration")
            seconds = sum(amount * (unit or 0) for amount, unit in parts)
    else:
        seconds = float(value)
    if math.isnan(seconds) or seconds <= 0:
        raise ValueError(f"{value!r} is not a positive duration")
    if seconds > _MAX_SECONDS:
        raise ValueError(f"{value!r} is longer than ten years")
    return seconds


def format_duration(seconds: float, *, long: bool = False) -> str:
    """Return a duration as text.

    Parameters
    ----------
    seconds : float
        Duration in seconds.
    long : bool
        Write unit names in full and every unit. By default the two largest units, abbreviated.

    Examples
    --------
    >>> format_duration(5400), format_duration(90)
    ('1 h 30 min', '90 s')
    >>> format_duration(5400, long=True)
    '1 hour 30 minutes'
    """
    if long:
        return _format_long(seconds)
    if seconds < 120:
        return f"{seconds:.3g} s"
    rest = round(seconds / 60) * 60
    parts = []
    for unit, size in _SHORT:
        amount, rest = divmod(rest, size)
        if amount:
            parts.append(f"{amount} {unit}")
    return " ".join(parts[:2])


def _format_long(seconds: float) -> str:
    parts = []
    rest = seconds
    for unit, size in _LONG:
        amount, rest = divmod(rest, size)
        if size == 1:
            amount += rest
        if amount:
            parts.append(f"{amount:g} {unit}{'' if amount == 1 else 's'}")
    return " ".join(parts) or "0 seconds"


def format_bytes(count: float) -> str:
    """Return a size in the largest binary unit that leaves a number of at least 1.

    Examples
    --------
    >>> format_bytes(1536)
    '1.5 KiB'
    """
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if abs(count) < 1024 or unit == "TiB":
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    raise AssertionError("unreachable")


def format_money(amount: float, currency: str) -> str:
    """Return an amount with two decimals, or four below 0.01.

    Examples
    --------
    >>> format_money(1.5, "EUR")
    '1.50 EUR'
    """
    digits = 4 if 0 < amount < 0.01 else 2
    return f"{amount:.{digits}f} {currency}".rstrip()
