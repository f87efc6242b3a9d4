"""Read schedules in plain words, such as ``every weekday at 7:00`` (pure).

The grammar is small and closed: a sentence has one meaning, or it is refused. The schedule is shown in words again
before a deploy.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.units import parse_duration

__all__ = ["find_interval", "is_in_words", "to_cron"]

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_DAY = r"(?:sun|mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?)(?:days?)?"
_ORDINALS = {"first": "1", "second": "2", "third": "3", "fourth": "4", "last": "L"}
_TIME = r"(?:noon|midnight|\d{1,2}(?::\d{2})?(?: ?[ap]m)?)"
_TIMES = rf"(?P<times>{_TIME}(?: and {_TIME})*)"
_AND = r"(?:,? and |, ?)"
_FORMS: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"hour", lambda found: "0 * * * *"),
    (r"minute", lambda found: "* * * * *"),
    (rf"days? at {_TIMES}", lambda found: f"{_clock(found['times'])} * * *"),
    (rf"(?:weekdays?|working days?) at {_TIMES}", lambda found: f"{_clock(found['times'])} * * 1-5"),
    (rf"(?P<days>{_DAY}(?:{_AND}{_DAY})*) at {_TIMES}", lambda found: f"{_clock(found['times'])} * * {_list(found)}"),
    (
        rf"month on (?:the )?(?:day )?(?P<day>\d{{1,2}}(?:st|nd|rd|th)?|last day) at {_TIMES}",
        lambda found: f"{_clock(found['times'])} {_day_of_month(found['day'])} * *",
    ),
    (
        rf"(?P<which>{'|'.join(_ORDINALS)}) (?P<day>{_DAY}) of the month at {_TIMES}",
        lambda found: f"{_clock(found['times'])} * * {_numbered(found['which'], found['day'])}",
    ),
)
_SYNONYMS: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"^(hourly|daily|monthly)\b", lambda found: {"daily": "day"}.get(found[1], found[1][:-2])),
    (r"^(each|every)\s+", lambda found: ""),
    (r"^(on|at)\s+", lambda found: ""),
)
_FIRST = re.compile(
    rf"(?:(?:on )?{_DAY}|each|every|hourly|daily|weekly|monthly|days?|weekdays?|working|weekends?|week|month|hour|"
    rf"minute|{'|'.join(_ORDINALS)})\b",
    re.IGNORECASE,
)
_LAST_OF_ALL = 28
_INTERVAL = re.compile(r"\s*(?:each|every)\s+(\d[\d.]*\s*[a-z].*?)\s*", re.IGNORECASE | re.DOTALL)


def find_interval(text: str) -> str:
    """Return the duration in a schedule such as ``every 15 minutes``; empty for other schedules."""
    found = _INTERVAL.fullmatch(text)
    try:
        return found[1] if found and parse_duration(found[1]) else ""
    except ValueError:
        return ""


def is_in_words(text: str) -> bool:
    """Return True if a schedule begins like one in words; no cron expression or duration does."""
    return _FIRST.match(text.strip()) is not None


def to_cron(text: str) -> str:
    """Return the cron expression of a schedule in words.

    Parameters
    ----------
    text : str
        Such as ``every day at 6:00``, ``weekday at 7 and 19``, ``every monday and friday at 9:30``, ``every month on
        day 1 at 6:00`` or ``every last friday of the month at 18:00``. Hours are 0 to 23, or 1 to 12 with
        ``am`` or ``pm``.

    Raises
    ------
    UsageError
        If the words have no meaning, or more than one.
    """
    words = " ".join(text.lower().split())
    for pattern, replacement in _SYNONYMS:
        words = re.sub(pattern, replacement, words)
    for form, make in _FORMS:
        if found := re.fullmatch(form, words):
            try:
                return make(found)
            except ValueError as error:
                raise UsageError(f"The schedule {text!r} cannot be read: {error}.") from error
    if re.search(r"\b(?:hours?|minutes?|seconds?)$", words):
        raise UsageError(f"The schedule {text!r} cannot be read. Write an interval with digits, such as 2h or 15m.")
    if " at " not in f" {words}":
        raise UsageError(f"The schedule {text!r} has no time of day: write it like 'every day at 6:00'.")
    raise UsageError(
        f"The schedule {text!r} cannot be read. Write it like 'every day at 6:00', 'every weekday at 7', 'every monday "
        "and friday at 9:30', 'every month on day 1 at 6:00', or as a cron expression."
    )


def _clock(times: str) -> str:
    """Return minute and hours of times of day in the notation of cron."""
    read = [_time(each) for each in times.split(" and ")]
    minutes = {minute for _, minute in read}
    if len(minutes) > 1:
        raise ValueError("its times have different minutes, so write one schedule for each")
    return f"{minutes.pop()} {','.join(str(hour) for hour in sorted({hour for hour, _ in read}))}"


def _time(text: str) -> tuple[int, int]:
    if text in ("noon", "midnight"):
        return (12 if text == "noon" else 0), 0
    found = re.fullmatch(r"(\d+)(?::(\d+))? ?([ap]m)?", text)
    assert found is not None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        if not 1 <= hour <= 12:
            raise ValueError(f"{text!r} is no time of day")
        hour = hour % 12 + (12 if found[3] == "pm" else 0)
    if hour > 23 or minute > 59:
        raise ValueError(f"{text!r} is no time of day")
    return hour, minute


def _list(found: re.Match[str]) -> str:
    return ",".join(str(number) for number in sorted({_weekday(day) for day in re.split(_AND, found["days"])}))


def _weekday(day: str) -> int:
    return _DAYS.index(day[:3])


def _day_of_month(text: str) -> str:
    if text == "last day":
        return "L"
    day = int(re.sub(r"\D", "", text))
    if not 1 <= day <= _LAST_OF_ALL:
        raise ValueError(f"not every month has a day {day}, so write 'last day', or a cron expression")
    return str(day)


def _numbered(which: str, day: str) -> str:
    number = _ORDINALS[which]
    return f"L{_weekday(day)}" if number == "L" else f"{_weekday(day)}#{number}"
