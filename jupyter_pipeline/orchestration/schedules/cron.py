"""Read cron expressions as the Prefect server reads them (pure).

The server uses the copy of croniter that Prefect ships. This module loads the same file without importing Prefect, so
that an expression has one meaning, for every supported version of Prefect.
"""

from __future__ import annotations

import datetime as dt
import functools
import importlib.util
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from jupyter_pipeline.exceptions import UsageError

__all__ = ["check_cron", "describable_cron", "expand_cron", "iterate_cron"]

_MODULE = "jupyter_pipeline_croniter"
_ALIASES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_FIELDS = ("minute", "hour", "day of the month", "month", "day of the week", "second", "year")
_COUNTS = (5, 6, 7)
_DAY, _WEEKDAY, _YEAR = 2, 4, 6
_NAMES = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_PLAIN = re.compile(r"[0-9a-z]+(,[0-9a-z]+)*|[0-9a-z]+#\d")
_DRAWN = re.compile(r"(^|,)[rh](\(|/|,|$)", re.IGNORECASE)
"""Hashed and random fields. croniter draws them at each reading, so the times of the runs could not be shown."""


@functools.cache
def _load_croniter() -> Any:
    """Return the class ``croniter`` of the installed Prefect."""
    prefect = importlib.util.find_spec("prefect")
    assert prefect is not None  # a dependency of this package
    path = Path(prefect.origin or "").parent / "_vendor" / "croniter" / "croniter.py"
    spec = importlib.util.spec_from_file_location(_MODULE, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[_MODULE] = module
    spec.loader.exec_module(module)
    return module.croniter


def check_cron(text: str) -> str:
    """Return a cron expression in the form in which it is sent: aliases replaced, single spaces.

    Parameters
    ----------
    text : str
        Five fields (minute hour day-of-month month day-of-week), optionally followed by second and year, or an alias
        such as ``@daily``.

    Raises
    ------
    UsageError
        If the Prefect server would refuse it, if its times are random, or if it names years.
    """
    expression = _ALIASES.get(text.strip().lower(), " ".join(text.split()))
    fields = expression.split(" ")
    if len(fields) not in _COUNTS:
        raise UsageError(
            f"The cron expression {text!r} has {len(fields)} field{'' if len(fields) == 1 else 's'} instead of 5: "
            "minute hour day-of-month month day-of-week, such as '0 6 * * 1-5'."
        )
    for position, field in enumerate(fields):
        wrong = _DRAWN.search(field) is not None or not field.isascii()
        alone = ["*" if index != position else field for index in range(len(fields))]
        if len(fields) > _COUNTS[0] and position != _COUNTS[0]:
            alone[_COUNTS[0]] = "0"
        if position == _YEAR and field != "*":
            # Prefect creates no run at all for a deployment with a schedule that has fewer than three further times.
            raise UsageError(
                f"The cron expression {text!r} names years, with which Prefect stops before the last run. "
                "Leave the years out, and set --start and --end."
            )
        if wrong or not _load_croniter().is_valid(" ".join(alone)):
            raise UsageError(
                f"The cron expression {text!r} is wrong in field {position + 1}, the {_FIELDS[position]}: "
                f"{field!r} is not possible there.{_hint(position, field.lower())}"
            )
    if not _load_croniter().is_valid(expression):
        raise UsageError(f"The Prefect server cannot read the cron expression {text!r}. Write its fields separately.")
    return expression


def _hint(position: int, field: str) -> str:
    """Return the form to write instead of a field that other programs accept, with a leading space; else empty."""
    day = field.removeprefix("l").removesuffix("l")
    if position == _WEEKDAY and day != field and re.fullmatch(f"[0-7]|{'|'.join(_NAMES)}", day):
        number = _NAMES.index(day) if day in _NAMES else day
        return f" Write L{number} for the last one of a month."
    if "w" in field and position == _DAY:
        return " Prefect has no nearest weekday (W): use an --rrule with BYDAY=MO,TU,WE,TH,FR and BYSETPOS."
    if _DRAWN.search(field):
        return " Prefect has no hashed or random times: write a number."
    if position == _WEEKDAY and field.endswith("day") and field[:3] in _NAMES:
        return f" Write {field[:3]}."
    if "?" in field:
        return " Write *."
    return ""


def iterate_cron(expression: str, after: dt.datetime) -> Iterator[dt.datetime]:
    """Yield the naive times of a checked expression later than a naive time, in ascending order."""
    croniter = _load_croniter()
    try:
        times = croniter(expression, after)
        while True:
            yield times.get_next(dt.datetime)
    except (ValueError, OverflowError):  # it has no further time, or another program has written it
        return


def expand_cron(expression: str) -> tuple[list[list[int | str]], dict[int, set[int | str]]]:
    """Return the values of each field of a checked expression, and the numbered days of the week.

    A field of all values is ``['*']``, and the last day of a month is ``'l'``. The second result has the numbers of a
    weekday in a month, or ``'l'`` for the last one, by weekday; Sunday is 0.
    """
    fields, numbered = _load_croniter().expand(expression)
    return fields, numbered


def describable_cron(expression: str) -> str:
    """Return a checked expression in the notation of `cron_descriptor`: seconds first, ``5L`` for ``L5``."""
    expanded, _ = expand_cron(expression)
    fields = []
    for position, (field, values) in enumerate(zip(expression.lower().split(" "), expanded, strict=True)):
        if values == ["*"]:
            words = "*"
        elif position == _WEEKDAY and re.fullmatch("l[0-7]", field):
            words = f"{values[0]}L"
        else:
            words = field if _has_same_words(field, values) else ",".join(map(str, values))
        fields.append(words.upper())
    return " ".join([*fields[5:6], *fields[:5], *fields[6:]])


def _has_same_words(field: str, values: Sequence[int | str]) -> bool:
    """Return True if `cron_descriptor` describes a field as croniter reads it, such as not ``22-2`` and ``59/2``."""
    if re.fullmatch(r"[0-9a-z]+-[0-9a-z]+", field):
        return [*values] == [*range(int(values[0]), int(values[-1]) + 1)]
    return len(values) > 1 if field.startswith("*/") else re.fullmatch(_PLAIN, field) is not None
