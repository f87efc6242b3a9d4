"""Compare text output: normalise what changes from run to run, then compare words and numbers.

Numbers with at least six significant digits may differ by one unit in the last place that both sides show. All other
numbers are compared exactly, so ``3`` differs from ``3.0``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

__all__ = ["Window", "are_equal", "excerpt", "normalize", "without_durations", "without_moments", "without_records"]

_DIGITS = 6
"""Significant digits from which a number counts as rounded."""
_CONTEXT, _WIDEST, _MOST_LINES = 2, 300, 30

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_BAR = re.compile(r"\d+%\|.*?\|\s*[\d.,kMG]+/[\d.,kMG?]+|\d+(?:it|\S*B) \[\d+:\d+|^.*?━{4,}.*$|\[[*=>#.\- ]{8,}\]")
_LOG = re.compile(r"^\d\d:\d\d:\d\d\.\d+ \| [A-Z]+\s+\| .*$", re.MULTILINE)
_WARNING = re.compile(
    r"^(?:/|<|[A-Za-z]:\\|\S*\.py:)\S*?:\d+: (?P<text>\w*(?:Warning|Deprecated)\w*: .*)$"
    r"(?:(?:\n(?!\S*:\d+: ).*){0,10}?\n[ \t]+\S.*$)?",  # further lines of the message, and the source line
    re.MULTILINE,
)
_RECORD = re.compile(
    r"^(?:\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[\d.,]*\]?)?[ \t\-|\[\w.]*?"
    r"\b(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)\b.*$\n?",
    re.MULTILINE,
)
_CATEGORY = re.compile(r"^\w*(?:Warning|Deprecated)\w*: .*$\n?", re.MULTILINE)
_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?(?!\w)")
_RULES: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("addresses of objects", re.compile(r"\b0x[0-9a-fA-F]{4,}\b"), "0x…"),
    ("identifiers", re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"), "…"),
    ("temporary paths", re.compile(r"(?:/private)?/(?:tmp|var/folders)/[^\s'\":,)>]+"), "<temporary path>"),
    ("memory usage", re.compile(r"(memory usage: )[\d.]+(\+? ?\w+)"), r"\1…"),
    ("times of %time", re.compile(r"^(?:CPU times: |Wall time: ).*$\n?", re.MULTILINE), ""),
)
_MODULES = re.compile(r"\b(?:(?:__main__|steps)\.(?=[\w<])|\w+\.<locals>\.)")
_SET = re.compile(r"\{[^{}:]{3,20000}\}")
_NESTED_SETS = 3
_MOMENT = re.compile(
    r"(?P<date>\d{4}[-/]\d\d[-/]\d\d)(?:[T ](?P<time>\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?))?(?:Z|[+-]\d\d:?\d\d)?"
    r"|\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b|\b1[6-9]\d{8}(?:\.\d+)?\b"
)
_DURATION = re.compile(
    r"(?<![\w.])\d+(?:\.\d+)?(?:e[-+]?\d+)?\s*(?:seconds?|secs?|minutes?|mins?|hours?|ms|µs|us|ns|s|h)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Window:
    """Time of the rehearsal: texts of its days, and its bounds in seconds since the epoch."""

    days: tuple[str, ...]
    start: float
    end: float


def normalize(text: str) -> tuple[str, list[str]]:
    r"""Return a text without what changes from run to run, and the kinds of what was removed.

    Examples
    --------
    >>> normalize("a\rb <f at 0x7f00aa00>\n")
    ('b <f at 0x…>', ['carriage returns', 'addresses of objects'])
    """
    found = []
    for kind, change in _steps():
        changed = change(text)
        if changed != text and kind:
            found.append(kind)
        text = changed
    return text.strip("\n"), found


def _steps() -> Iterator[tuple[str, Callable[[str], str]]]:
    yield "colors", lambda text: _ANSI.sub("", text)
    yield "progress bars", lambda text: _without_bars(text)
    yield "carriage returns", lambda text: _overwritten(text)
    yield "", lambda text: _LOG.sub("", text)
    yield "places of warnings", lambda text: _WARNING.sub(lambda m: m["text"], text)
    for kind, pattern, replacement in _RULES:
        yield kind, lambda text, p=pattern, r=replacement: p.sub(r, text)  # type: ignore[misc]
    yield "", lambda text: _MODULES.sub("", text)
    yield "", lambda text: "\n".join(line.rstrip() for line in text.split("\n"))


def _without_bars(text: str) -> str:
    if not any(mark in text for mark in ("%|", "it [", "B [", "━", "[==", "[##", "[**", "[--", "[>")):
        return text
    lines = re.split(r"\r\n|\n|\r", text)
    return "\n".join(line for line in lines if not _BAR.search(line))


def without_records(text: str) -> str:
    """Return a text without warnings and log records: their filters and handlers depend on the process."""
    return _CATEGORY.sub("", _RECORD.sub("", text)).strip("\n")


def _overwritten(text: str) -> str:
    """Return the text as a terminal shows it after carriage returns."""
    if "\r" not in text:
        return text
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n"))


def are_equal(first: str, second: str) -> bool:
    """Return True if two normalised texts have the same words, and the same numbers up to rounding."""
    if first == second:
        return True
    if _have_equal_lines(first, second):
        return True
    one, other = _with_sorted_sets(first), _with_sorted_sets(second)
    return (one, other) != (first, second) and _have_equal_lines(one, other)


def _have_equal_lines(first: str, second: str) -> bool:
    ones, others = ([line for line in text.split("\n") if line.strip()] for text in (first, second))
    return len(ones) == len(others) and all(map(_are_lines_equal, ones, others))


def _with_sorted_sets(text: str) -> str:
    """Return a text with the elements of each set in order: the order changes with the hash seed."""
    for _ in range(_NESTED_SETS):
        text = _SET.sub(lambda match: _sorted_set(match[0][1:-1]), text)
    return text


def _sorted_set(elements: str) -> str:
    return "⦃" + ", ".join(sorted(re.split(r",\s*", elements))) + "⦄"


def _are_lines_equal(one: str, other: str) -> bool:
    if one.split() == other.split():
        return True
    if _words(one) != _words(other):
        return False
    return all(map(_are_close, _NUMBER.findall(one), _NUMBER.findall(other)))


def _words(line: str) -> list[str]:
    return re.sub(r"-{3,}|─{3,}", "---", _NUMBER.sub(" # ", line)).split()


def _are_close(one: str, other: str) -> bool:
    if one == other:
        return True
    if not (_is_float(one) and _is_float(other)):
        return False
    first, second = float(one), float(other)
    if math.isclose(first, second, rel_tol=1e-9):
        return True
    digits = min(_significant(one), _significant(other))
    if digits < _DIGITS or first == 0 or second == 0:
        return False
    unit = 10.0 ** (math.floor(math.log10(max(abs(first), abs(second)))) - digits + 1)
    return abs(first - second) <= 1.01 * unit


def _is_float(text: str) -> bool:
    return any(c in text for c in ".eE")


def _significant(text: str) -> int:
    mantissa = re.split("[eE]", text)[0].lstrip("+-").replace(".", "")
    return len(mantissa.lstrip("0"))


def without_moments(text: str, window: Window | None) -> str:
    """Return a text without the moments that are in the window.

    Parameters
    ----------
    text : str
        Normalised text.
    window : Window or None
        Time of the rehearsal. With ``None``, every moment is removed.
    """

    def replace(match: re.Match[str]) -> str:
        return "<time>" if window is None or _is_within(match, window) else match[0]

    return _MOMENT.sub(replace, text)


def without_durations(text: str) -> str:
    """Return a text without numbers of seconds and other units of time."""
    return _DURATION.sub("<duration>", text)


def _is_within(match: re.Match[str], window: Window) -> bool:
    if match["date"]:
        return match["date"].replace("/", "-") in window.days
    if ":" in match[0]:
        return True
    return window.start - 1 <= float(match[0].replace(",", ".")) <= window.end + 1


def excerpt(text: str, other: str) -> str:
    """Return the lines of `text` from shortly before the first line that differs from `other`."""
    lines, against = text.split("\n"), other.split("\n")
    pairs = zip(lines, against, strict=False)
    first = next((i for i, (a, b) in enumerate(pairs) if not _are_lines_equal(a, b)), min(len(lines), len(against)))
    begin = max(0, first - _CONTEXT)
    shown = [line if len(line) <= _WIDEST else f"{line[:_WIDEST]}…" for line in lines[begin : begin + _MOST_LINES]]
    before = [f"… {begin} equal lines"] if begin else []
    rest = len(lines) - begin - len(shown)
    return "\n".join([*before, *shown, *([f"… {rest} more lines"] if rest > 0 else [])])
