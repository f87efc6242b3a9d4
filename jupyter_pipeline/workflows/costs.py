"""Report the usage and the costs of clusters from the ledger."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import io
import math
import time
from collections.abc import Sequence

from jupyter_pipeline import arguments
from jupyter_pipeline.clusters import ledger, spending
from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import CostRow
from jupyter_pipeline.units import parse_duration

__all__ = ["parse_since", "report_costs", "to_csv"]


def report_costs(by: str = "", since: str = "") -> list[CostRow]:
    """Return core-hours and costs of all clusters of this state folder, interactive ones included.

    Parameters
    ----------
    by : str
        Grouping: ``owner``, ``profile``, ``pipeline``, ``notebook``, ``run`` or ``month``; empty for ``pipeline``.
    since : str
        Date or time in ISO 8601 format, or a duration before now such as ``30d``; empty for all.

    Raises
    ------
    UsageError
        If the grouping or the time is not known.
    """
    group = arguments.choice("--by", by or "pipeline", list(spending.GROUPS))
    begin = parse_since(since) if since else None
    return spending.add_up(ledger.read_intervals(begin), group, since=begin)


def parse_since(text: str) -> float:
    """Return the time in `text`, in seconds since the epoch.

    Raises
    ------
    UsageError
        If it is neither a date, a time nor a duration.
    """
    try:
        return dt.datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError):
        pass
    try:
        seconds = parse_duration(text)
    except ValueError:
        seconds = math.nan
    if not math.isfinite(seconds):
        raise UsageError(f"{text!r} is neither a date such as 2026-11-01 nor a duration such as 30d (--since).")
    return time.time() - seconds


def to_csv(rows: Sequence[CostRow]) -> str:
    """Return the rows of a report as CSV with a header."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = [field.name for field in dataclasses.fields(CostRow)]
    writer.writerow(names)
    for row in rows:
        values = row.to_dict()
        values["group"] = _quote_formula(values["group"])
        writer.writerow(["" if values[name] is None else values[name] for name in names])
    return text.getvalue()


def _quote_formula(text: str) -> str:
    """Return text that a spreadsheet does not read as a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text
