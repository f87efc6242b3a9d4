"""Parameters that each run takes from its time window, in the form that the notebook's value has.

Only a date, a time, or text that reads as one can be bound to a window. Left out by a run, the parameter is the
window's edge; given, it is what was given, which is how a backfill works.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.compiler.checks import refusal
from jupyter_pipeline.exceptions import UsageError

if TYPE_CHECKING:
    from jupyter_pipeline.compiler.analysis.statements import Statement
    from jupyter_pipeline.compiler.graph.parameters import Parameter
    from jupyter_pipeline.models import Refusal

__all__ = ["EDGES", "bind_windows", "text_format", "written_like"]

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
    """Return `parameters` with those in `windows` bound to an edge of the run's window, and what cannot be bound.

    Parameters
    ----------
    parameters : sequence of Parameter
        Of the pipeline.
    windows : mapping of str to str
        ``start`` or ``end`` by name.
    statements : sequence of Statement
        The slice.

    Raises
    ------
    UsageError
        If an edge is neither.
    """
    for name, edge in windows.items():
        if edge not in EDGES:
            raise UsageError(f"{name} cannot be window.{edge}: a window has a start and an end.")
    made_by = {s.number: s for s in statements}
    bound, refusals = [], []
    for parameter in parameters:
        fits = parameter.annotation.startswith("datetime.") or (
            parameter.annotation == "str" and text_format(parameter.default)
        )
        if parameter.name in windows and not fits:
            at = made_by[parameter.statement]
            place = {"cell": at.cell, "line": at.node.lineno}
            refusals.append(refusal("window-not-a-time", **place, name=parameter.name, value=parameter.text))
        bound.append(replace(parameter, window=windows.get(parameter.name, "")))
    return bound, refusals


def text_format(example: str) -> str | None:
    """Return the format, for ``strftime``, in which `example` is a date or a time; ``None`` if it is none.

    Examples
    --------
    >>> text_format("2026-01-31")
    '%Y-%m-%d'
    """
    for form in _FORMATS:
        try:
            if dt.datetime.strptime(example, form).strftime(form) == example or form.endswith("%z"):
                return form
        except ValueError:
            continue
    return None


def written_like(time: dt.datetime, example: Any) -> Any:
    """Return `time` as `example` is: a date, a time with or without a zone, or text of the same form.

    Parameters
    ----------
    time : datetime
        Aware, in the time zone of the schedule.
    example : datetime, date or str
        The notebook's value.

    Examples
    --------
    >>> written_like(dt.datetime(2026, 7, 14, 6, tzinfo=dt.UTC), dt.date(2026, 1, 1))
    datetime.date(2026, 7, 14)
    >>> written_like(dt.datetime(2026, 7, 14, 6, tzinfo=dt.UTC), "2026-01-01 00:00")
    '2026-07-14 06:00'
    """
    if isinstance(example, dt.datetime):
        return time if example.tzinfo else time.replace(tzinfo=None)
    if isinstance(example, dt.date):
        return time.date()
    form = text_format(str(example))
    if form is None:
        raise ValueError(f"{example!r} is neither a date nor a time")
    if form.endswith("%z"):
        return time.isoformat(sep="T" if "T" in form else " ", timespec="seconds")
    return time.strftime(form)
