"""Bind parameters to the time window of a run, in the form of the notebook's value.

A date, a time, or text in the form of one can be bound to a window. If a run does not set the parameter, it is the edge
of the window. A backfill sets it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.compiler.refusals import refusal
from jupyter_pipeline.exceptions import UsageError

if TYPE_CHECKING:
    from jupyter_pipeline.compiler.analysis.statements import Statement
    from jupyter_pipeline.compiler.graph.parameters import Parameter
    from jupyter_pipeline.models import Refusal

__all__ = ["EDGES", "bind_windows", "find_time_format", "format_like"]

EDGES = ("start", "end")

_FORMATS = (
    "%Y-%m-%d",
    "%Y%m%d",
    "%Y-%m",
    "%Y-%m-%dT%H:%M:%S%z",
    "%Y-%m-%d %H:%M:%S%z",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H",
)


def bind_windows(
    parameters: Sequence[Parameter], windows: Mapping[str, str], statements: Sequence[Statement]
) -> tuple[list[Parameter], list[Refusal]]:
    """Return `parameters`, bound to edges of the window as in `windows`, and the refusals.

    Parameters
    ----------
    parameters : sequence of Parameter
        Parameters of the pipeline.
    windows : mapping of str to str
        ``start`` or ``end`` by name.
    statements : sequence of Statement
        The slice.

    Raises
    ------
    UsageError
        If an edge is neither ``start`` nor ``end``.
    """
    for name, edge in windows.items():
        if edge not in EDGES:
            raise UsageError(f"{name} cannot be window.{edge}: a window has a start and an end.")
    made_by = {s.number: s for s in statements}
    bound, refusals = [], []
    for parameter in parameters:
        fits = parameter.annotation.startswith("datetime.") or (
            parameter.annotation == "str" and find_time_format(parameter.default)
        )
        if parameter.name in windows and not fits:
            at = made_by[parameter.statement]
            place = {"cell": at.cell, "line": at.node.lineno}
            refusals.append(refusal("window-not-a-time", **place, name=parameter.name, value=parameter.text))
        bound.append(replace(parameter, window=windows.get(parameter.name, "")))
    return bound, refusals


def find_time_format(example: str) -> str | None:
    """Return the ``strftime`` format of a date or time text; ``None`` if it is neither.

    Examples
    --------
    >>> find_time_format("2026-01-31")
    '%Y-%m-%d'
    """
    for form in _FORMATS:
        try:
            if dt.datetime.strptime(example, form).strftime(form) == example or form.endswith("%z"):
                return form
        except ValueError:
            continue
    return None


def format_like(time: dt.datetime, example: Any) -> Any:
    """Return `time` in the type and form of `example`.

    Parameters
    ----------
    time : datetime
        Aware time in the time zone of the schedule.
    example : datetime, date or str
        Value in the notebook: a date, a time with or without zone, or a text of one.

    Examples
    --------
    >>> format_like(dt.datetime(2026, 7, 14, 6, tzinfo=dt.UTC), dt.date(2026, 1, 1))
    datetime.date(2026, 7, 14)
    >>> format_like(dt.datetime(2026, 7, 14, 6, tzinfo=dt.UTC), "2026-01-01 00:00")
    '2026-07-14 06:00'
    """
    if isinstance(example, dt.datetime):
        return time if example.tzinfo else time.replace(tzinfo=None)
    if isinstance(example, dt.date):
        return time.date()
    form = find_time_format(str(example))
    if form is None:
        raise ValueError(f"{example!r} is neither a date nor a time")
    if form.endswith("%z"):
        return time.isoformat(sep="T" if "T" in form else " ", timespec="seconds")
    return time.strftime(form)
