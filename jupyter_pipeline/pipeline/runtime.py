"""What a promoted flow asks of the run it is in."""

from __future__ import annotations

from typing import TypeVar

__all__ = ["run_window"]

Moment = TypeVar("Moment")
"""``datetime.datetime``, ``datetime.date`` or ``str``."""


def run_window(edge: str, given: Moment | None, default: Moment) -> Moment:
    """Return one edge of the time window of this run: from the schedule's tick before it to its own.

    Parameters
    ----------
    edge : str
        ``"start"`` or ``"end"``.
    given : datetime, date or str, optional
        What the run was given explicitly: it wins. That is how a backfill works.
    default : datetime, date or str
        The notebook's value: the result has its type, and it is the result where no schedule stands behind the run.

    Examples
    --------
    >>> run_window("start", given=None, default="2026-01-01")  # doctest: +SKIP
    '2026-07-14'
    """
    return default if given is None else given
