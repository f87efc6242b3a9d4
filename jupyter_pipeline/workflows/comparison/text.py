"""Compare text output: normalise what changes from run to run, then compare words and numbers.

Numbers with at least six significant digits may differ by one unit in the last place that both sides show. All other
numbers are compared exactly, so ``3`` differs from ``3.0``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

__all__ = ["Noise", "Window", "are_equal", "excerpt", "find_noise", "normalize", "without_records"]

_DIGITS = 6
"""Significant digits from which a number counts as rounded."""
_MOST_REPEATED = 200_000
"""Characters of two texts up to which each kind of noise is tested by itself."""
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
_UUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_TEMPORARY, _PATH = r"(?:/private)?/(?:tmp|var/folders)", r"[^\s'\":,)>]*"
_LENIENT: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("identifiers", re.compile(rf"\b{_UUID}\b"), "…"),
    ("temporary paths", re.compile(rf"{_TEMPORARY}/{_PATH}"), "<temporary path>"),
)
"""Rules for texts of a cell that makes identifiers or temporary files. In other cells such texts are data."""
_RULES: tuple[tuple[str, re.Pattern[str], str], ...] = (
    ("addresses", re.compile(r"(\bat )0x[0-9a-fA-F]{4,}\b"), r"\g<1>0x…"),
    ("addresses", re.compile(r"(<[^<>\n]{0,200}?)\b0x[0-9a-fA-F]{4,}\b(?=[^<>\n]{0,200}>)"), r"\g<1>0x…"),
    ("identifiers", re.compile(rf"(<[^<>\n]{{0,200}}?)\b{_UUID}\b(?=[^<>\n]{{0,200}}>)"), r"\1…"),
    (
        "temporary paths",
        re.compile(rf"{_TEMPORARY}/(?:\S{{0,200}}?/)?(?:tmp\w{{8}}|ipykernel_\d+)\b{_PATH}"),
        "<temporary path>",
    ),
    ("memory usage", re.compile(r"(memory usage: )[\d.]+(\+? ?\w+)"), r"\1…"),
    ("times of %time", re.compile(r"^(?:CPU times: |Wall time: ).*$\n?", re.MULTILINE), ""),
)
_MODULES = re.compile(r"\b(?:(?:__main__|steps)\.(?=[\w<])|\w+\.<locals>\.)")
_SET = re.compile(r"\{[^{}:]{3,20000}\}")
_NESTED_SETS = 3
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MOMENT = re.compile(
    r"(?P<date>\d{4}[-/]\d\d[-/]\d\d)(?:[T ](?P<time>\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?))?(?:Z|[+-]\d\d:?\d\d)?"
    rf"|\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?[ ](?P<long>\d\d?[ ](?:{'|'.join(_MONTHS)})[ ]\d{{4}}"
    rf"|(?:{'|'.join(_MONTHS)})[ ]+\d\d?(?:[ ]\d\d:\d\d:\d\d)?(?:[ ][A-Z]{{3,4}})?[ ]\d{{4}})"
    r"|\b(?P<clock>\d\d:\d\d:\d\d(?:[.,]\d+)?)\b|\b1[6-9]\d{8}(?:\.\d+)?\b"
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """Parts of a text that may change from run to run, beside those that always may."""

    window: Window
    """Time of the rehearsal. Its moments may change."""
    moments: bool = False
    """True if the cell reads the clock, so that a date or a time of a day may change, too."""
    durations: bool = False
    identifiers: bool = False
    """True if the cell makes identifiers."""
    paths: bool = False
    """True if the cell makes temporary files."""

    @property
    def rules(self) -> frozenset[str]:
        """Kinds of the lenient rules."""
        kinds = (("identifiers", self.identifiers), ("temporary paths", self.paths))
        return frozenset(kind for kind, is_lenient in kinds if is_lenient)


def find_noise(first: str, second: str, noise: Noise) -> list[str] | None:
    """Return the kinds of noise in which two texts differ; ``None`` if they differ in something else.

    Parameters
    ----------
    first, second : str
        Text of the notebook and text of the run.
    noise : Noise
        Parts that may change.
    """
    if first == second:
        return []
    kinds: list[str] = []
    for text in (first, second):
        kinds += normalize(text, noise.rules)[1]
    kinds = list(dict.fromkeys(kinds))
    if (more := _find_times(first, second, noise)) is None:
        return None
    if len(first) + len(second) < _MOST_REPEATED:
        # A kind counts only if the texts differ with it.
        for kind in tuple(kinds):
            rest = [other for other in kinds if other != kind]
            if _find_times(first, second, noise, only=rest) == more:
                kinds = rest
    return [*kinds, *more]


def _find_times(first: str, second: str, noise: Noise, *, only: Collection[str] | None = None) -> list[str] | None:
    """Return the kinds of times in which two texts differ after `normalize`; ``None`` if they differ otherwise."""
    one, other = (normalize(text, noise.rules, only)[0] for text in (first, second))
    if are_equal(one, other):
        return []
    one, other = _without_moments(one, other, noise)
    if are_equal(one, other):
        return ["times"]
    if noise.durations:
        one, other = (_DURATION.sub("<duration>", text) for text in (one, other))
        if are_equal(one, other):
            return ["durations"]
    return None


def normalize(text: str, lenient: Collection[str] = (), only: Collection[str] | None = None) -> tuple[str, list[str]]:
    r"""Return a text without what changes from run to run, and the kinds of what was removed.

    Parameters
    ----------
    text : str
        Text of an output.
    lenient : collection of str, optional
        Kinds of lenient rules to use.
    only : collection of str, optional
        Kinds to remove. Without it, all kinds are removed.

    Examples
    --------
    >>> normalize("a\rb <f at 0x7f00aa00>\n")
    ('b <f at 0x…>', ['carriage returns', 'addresses'])
    """
    found = []
    for kind, change in _steps(lenient):
        if only is not None and kind and kind not in only:
            continue
        changed = change(text)
        if changed != text and kind and kind not in found:
            found.append(kind)
        text = changed
    return text.strip("\n"), found


def _steps(lenient: Collection[str]) -> Iterator[tuple[str, Callable[[str], str]]]:
    yield "colors", lambda text: _ANSI.sub("", text)
    yield "progress bars", lambda text: _without_bars(text)
    yield "carriage returns", lambda text: _overwritten(text)
    yield "", lambda text: _LOG.sub("", text)
    yield "places of warnings", lambda text: _WARNING.sub(lambda m: m["text"], text)
    for kind, pattern, replacement in (*_RULES, *(rule for rule in _LENIENT if rule[0] in lenient)):
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


def _without_moments(first: str, second: str, noise: Noise) -> tuple[str, str]:
    """Return two normalised texts without the moments in which they differ, if the run made its side."""
    ones, others = [*_MOMENT.finditer(first)], [*_MOMENT.finditer(second)]
    if len(ones) != len(others):
        return first, second
    replaced = {
        i
        for i, (one, other) in enumerate(zip(ones, others, strict=True))
        if one[0] != other[0] and one.lastgroup == other.lastgroup and _is_of_run(other, noise)
    }
    return _replace(first, ones, replaced), _replace(second, others, replaced)


def _replace(text: str, matches: list[re.Match[str]], places: set[int]) -> str:
    parts, end = [], 0
    for place in sorted(places):
        parts += [text[end : matches[place].start()], "<time>"]
        end = matches[place].end()
    return "".join([*parts, text[end:]])


def _is_of_run(match: re.Match[str], noise: Noise) -> bool:
    """Return True if a moment is in the time of the rehearsal; its day is enough if the cell reads the clock."""
    window = noise.window
    if match["long"]:
        return _read_long_day(match["long"]) in window.days
    date, clock = match["date"], match["time"] or match["clock"]
    if not date and not clock:
        return window.start - 1 <= float(match[0]) <= window.end + 1
    if noise.moments:
        return date.replace("/", "-") in window.days if date else True
    if not clock:
        return False
    slack = 2 if clock.count(":") > 1 else 60
    for zone in (None, UTC):
        start, end = (datetime.fromtimestamp(each, zone).replace(tzinfo=None) for each in (window.start, window.end))
        days = {start.date().isoformat(), end.date().isoformat()}
        for day in [date.replace("/", "-")] if date else days:
            try:
                moment = datetime.fromisoformat(f"{day} {clock.replace(',', '.').partition('.')[0]}")
            except ValueError:
                continue
            if (start - moment).total_seconds() <= slack and (moment - end).total_seconds() <= slack:
                return True
    return False


def _read_long_day(text: str) -> str:
    """Return the date of a moment such as ``Nov 27 15:30:01 2026`` or ``27 Nov 2026`` in ISO format."""
    words = [word for word in text.split() if ":" not in word]
    month = next(word for word in words if word in _MONTHS)
    day = next(word for word in words if word.isdigit())
    return f"{words[-1]}-{_MONTHS.index(month) + 1:02}-{int(day):02}"


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
