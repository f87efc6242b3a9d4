"""Tables of usage, costs and waste."""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_pipeline.models import CostRow
from jupyter_pipeline.tables.base import Table
from jupyter_pipeline.units import format_money

__all__ = ["costs", "waste"]


_EMPTY = "The ledger has no usage of clusters in this time."


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
    return Table(headers, lines, _EMPTY)


def waste(rows: Sequence[CostRow], *, by: str = "pipeline") -> Table:
    """Return a table of the cores and the memory that clusters had and did not use.

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
            f"{row.unused_clusters} of {row.clusters}",
            _share(row.idle_core_hours, row.measured_core_hours),
            _idle_cost(row),
            _share(row.unused_memory_hours, row.memory_hours),
        )
        for row in rows
    ]
    idle, measured, unused, memory, total = (
        sum(getattr(row, f"{name}_hours") for row in rows)
        for name in ("idle_core", "measured_core", "unused_memory", "memory", "core")
    )
    if len(rows) > 1:
        lines.append(("sum", "", _share(idle, measured), "", _share(unused, memory)))
    headers = (by, "clusters without tasks", "idle core-hours", "their cost", "unused GiB-hours")
    notes = [f"{total - measured:.2f} core-hours were not measured."] if total - measured > 0.005 else []
    return Table(headers, lines, _EMPTY, notes)


def _share(part: float, whole: float) -> str:
    return f"{part:.2f} of {whole:.2f} ({part / whole:.0%})" if whole else "not measured"


def _idle_cost(row: CostRow) -> str:
    if row.cost is None:
        return "no price"
    return format_money(row.cost * row.idle_core_hours / row.core_hours, row.currency) if row.core_hours else ""
