"""Report the usage and the costs of clusters from the ledger."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Sequence

from jupyter_pipeline import arguments
from jupyter_pipeline.clusters import ledger, spending
from jupyter_pipeline.models import CostRow

__all__ = ["report_costs", "to_csv"]


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
    begin = arguments.moment("--since", since) if since else None
    return spending.add_up(ledger.read_intervals(begin), group, since=begin)


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
