"""Tables of usage and costs."""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_pipeline.models import CostRow
from jupyter_pipeline.tables.base import Table
from jupyter_pipeline.units import format_money

__all__ = ["costs"]


def costs(rows: Sequence[CostRow], *, by: str = "pipeline") -> Table:
    """Return a table of core-hours and costs, with the sum by currency.

    Parameters
    ----------
    rows : sequence of CostRow
        Rows of the report.
    by : str
        The grouping, which is the title of the first column.
    """
    lines = [
        (
            row.group,
            str(row.clusters),
            f"{row.core_hours:.2f}",
            "no price" if row.cost is None else format_money(row.cost, row.currency),
        )
        for row in rows
    ]
    if len(rows) > 1:
        sums: dict[tuple[str, bool], list[float]] = {}
        for row in rows:
            total = sums.setdefault((row.currency, row.cost is not None), [0.0, 0.0])
            total[0] += row.core_hours
            total[1] += row.cost or 0.0
        for (currency, is_priced), (hours, cost) in sorted(sums.items()):
            lines.append(("sum", "", f"{hours:.2f}", format_money(cost, currency) if is_priced else "no price"))
    headers = (by, "clusters", "core-hours", "cost")
    return Table(headers, lines, "The ledger has no usage of clusters in this time.")
