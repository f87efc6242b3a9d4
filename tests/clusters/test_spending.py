from __future__ import annotations

import datetime as dt
import math
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from jupyter_pipeline.clusters import spending
from jupyter_pipeline.models import UsageInterval

BERLIN = ZoneInfo("Europe/Berlin")


def at(*parts: int, zone: dt.tzinfo = dt.UTC) -> float:
    return dt.datetime(*parts, tzinfo=zone).timestamp()  # type: ignore[arg-type, misc]


def interval(start: float = 0.0, seconds: float = 3600.0, *, number: int = 1, **changes: Any) -> UsageInterval:
    values: dict[str, Any] = {"cluster": "jp-1", "workers": 2, "cores": 4, "profile": "local", **changes}
    return UsageInterval(number=number, start=start, seconds=seconds, **values)


def rows(*intervals: UsageInterval, by: str = "month", **options: Any) -> list[tuple[str, float, float | None, str]]:
    options.setdefault("zone", dt.UTC)
    found = spending.add_up(intervals, by, **options)
    return [(r.group, r.core_hours, None if r.cost is None else round(r.cost, 4), r.currency) for r in found]


@pytest.mark.parametrize(
    ("start", "hours", "zone", "expected"),
    [
        pytest.param(at(2026, 1, 31, 23), 2, dt.UTC, {"2026-01": 4, "2026-02": 4}, id="end of a month"),
        pytest.param(at(2026, 12, 31, 12), 24, dt.UTC, {"2026-12": 48, "2027-01": 48}, id="end of a year"),
        pytest.param(at(2028, 2, 29, 0), 48, dt.UTC, {"2028-02": 96, "2028-03": 96}, id="leap day"),
        pytest.param(
            at(2026, 1, 31, 23),
            24 * 29,
            dt.UTC,
            {"2026-01": 4, "2026-02": 24 * 28 * 4, "2026-03": 92},
            id="whole month",
        ),
        pytest.param(at(2026, 1, 31, 22), 2, BERLIN, {"2026-01": 4, "2026-02": 4}, id="zone"),
        pytest.param(at(2026, 3, 29, zone=BERLIN), 23, BERLIN, {"2026-03": 92}, id="day of 23 hours"),
        pytest.param(at(2026, 10, 25, zone=BERLIN), 25, BERLIN, {"2026-10": 100}, id="day of 25 hours"),
        pytest.param(at(2026, 10, 31, 22), 2, BERLIN, {"2026-10": 4, "2026-11": 4}, id="after DST"),
        pytest.param(at(2026, 2, 1), 0, dt.UTC, {"2026-02": 0}, id="empty at the start of a month"),
    ],
)
def test_months_divide_an_interval(start: float, hours: float, zone: dt.tzinfo, expected: dict[str, float]) -> None:
    found = rows(interval(start, hours * 3600), zone=zone)
    assert {group: core_hours for group, core_hours, *_ in found} == pytest.approx(expected)


@pytest.mark.parametrize(
    ("price", "cost"),
    [
        ({}, None),
        ({"currency": "EUR"}, None),
        ({"per_core_hour": 0.5, "currency": "EUR"}, 2.0),
        ({"per_worker_hour": 0.5, "currency": "EUR"}, 1.0),
        ({"per_core_hour": 0, "currency": "EUR"}, 0.0),
        ({"per_core_hour": -1, "currency": "EUR"}, None),
        ({"per_core_hour": math.nan}, None),
        ({"per_core_hour": math.inf}, None),
        ({"per_core_hour": "1"}, None),
        ({"per_core_hour": True}, None),
    ],
)
def test_core_hours_count_always_and_money_where_the_price_is_a_finite_number(
    price: dict[str, Any], cost: float | None
) -> None:
    [(_, core_hours, found, currency)] = rows(interval(price=price))
    assert (core_hours, found) == (4.0, cost)
    assert currency == (price.get("currency", "") if cost is not None else "")


def test_currencies_are_never_added() -> None:
    euros = {"per_core_hour": 1.0, "currency": "EUR"}
    found = rows(
        interval(price=euros),
        interval(number=2, price={**euros, "per_core_hour": 2.0}),  # the price changed
        interval(number=3, price={**euros, "currency": "USD"}),
        interval(number=4),
    )
    assert found == [("1970-01", 4.0, None, ""), ("1970-01", 8.0, 12.0, "EUR"), ("1970-01", 4.0, 4.0, "USD")]


def test_a_clock_that_was_set_back_counts_both_intervals() -> None:
    found = rows(interval(10_000.0, 3600.0), interval(7000.0, 3600.0, number=2))
    assert found == [("1970-01", 8.0, None, "")]


def test_only_the_part_since_the_time_counts() -> None:
    assert rows(interval(0.0, 7200.0), since=3600.0) == [("1970-01", 4.0, None, "")]


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        ("owner", ["ada", "(unknown)"]),
        ("profile", ["local"]),
        ("pipeline", ["daily", "(interactive)"]),
        ("notebook", ["a.ipynb", "(unknown)"]),
        ("run", ["calm-otter", "(interactive)"]),
    ],
)
def test_each_grouping_has_interactive_clusters_too(by: str, groups: list[str]) -> None:
    run = interval(
        0.0, 7200.0, user="ada", deployment="daily", notebook="a.ipynb", run="1", run_name="calm-otter", cluster="jp-2"
    )
    assert [row[0] for row in rows(run, interval(), by=by)] == groups


def test_the_start_of_a_later_month() -> None:
    start = spending.find_month_start(at(2026, 11, 28), dt.UTC, months=2)
    assert start == at(2027, 1, 1)


def test_waste_counts_idle_cores_unused_memory_and_clusters_without_tasks() -> None:
    memory = {"total_peak_memory": 2**30, "total_memory_limit": 4 * 2**30}
    used = interval(0.0, 7200.0, has_tasks=True, busy=7200.0, **memory)
    idle = interval(7200.0, number=2, has_tasks=False, busy=0.0, **memory)
    unused = interval(cluster="jp-2", has_tasks=False, busy=0.0)
    older = interval(cluster="jp-3")
    [row] = spending.add_up([used, idle, unused, older], "profile")
    assert (row.core_hours, row.measured_core_hours, row.idle_core_hours) == (20.0, 16.0, 14.0)
    assert (row.clusters, row.unused_clusters) == (3, 1)
    assert (row.memory_hours, row.unused_memory_hours) == (12.0, 9.0)


def test_a_part_of_an_interval_has_its_share_of_the_tasks() -> None:
    [row] = spending.add_up([interval(0.0, 7200.0, has_tasks=True, busy=14400.0)], "profile", since=3600.0)
    assert (row.measured_core_hours, row.idle_core_hours) == (4.0, 2.0)
