from __future__ import annotations

from typing import Any

import pytest

from jupyter_pipeline.clusters import estimates
from jupyter_pipeline.models import Limits, Profile, UsageInterval

EUROS = {"per_core_hour": 0.5, "currency": "EUR"}


def profile(**values: Any) -> Profile:
    return Profile(**{"name": "team", "cluster_class": "distributed.LocalCluster", "price": EUROS, **values})


def interval(number: int, minutes: float, **changes: Any) -> UsageInterval:
    values: dict[str, Any] = {"cluster": f"jp-{number}", "run": f"r{number}", "workers": 2, "cores": 4, "price": EUROS}
    values["start"] = number * 1e5
    return UsageInterval(number=1, seconds=minutes * 60, **{**values, **changes})


@pytest.mark.parametrize(
    ("values", "workers", "threads", "intervals", "month", "expected"),
    [
        ({}, None, None, [], None, "unknown: an unknown number of workers of unknown cores, and no earlier run"),
        (
            {},
            2,
            2,
            [],
            None,
            "2.00 EUR (4 core-hours) an hour with 2 workers; at most 48.00 EUR until its limits stop it",
        ),
        (
            {"limits": Limits(budget=3.0)},
            1,
            2,
            [],
            None,
            "1.00 EUR (2 core-hours) an hour with 1 worker; at most 3.00 EUR until its limits stop it",
        ),
        (
            {"limits": Limits(lifetime=None, budget=3.0)},
            1,
            2,
            [],
            None,
            "1.00 EUR (2 core-hours) an hour with 1 worker; at most 3.00 EUR until its limits stop it",
        ),
        ({"price": {}}, 2, 2, [], None, "4 core-hours an hour with 2 workers"),
        (
            {"limits": Limits(lifetime=None)},
            2,
            None,
            [interval(1, 6), interval(2, 9)],
            30,
            "about 0.25 EUR (0.5 core-hours) a run, 7.50 EUR (15 core-hours) a month; the last 2 took 6 min to 9 min",
        ),
        (
            {"price": {}},
            None,
            None,
            [interval(1, 6, price={})],
            None,
            "about 0.4 core-hours a run; the last one took 6 min",
        ),
        (
            {"limits": Limits(lifetime=None)},
            None,
            None,
            [interval(1, 6, price={**EUROS, "currency": "USD"})],
            None,
            "about 0.4 core-hours a run; the last one took 6 min",
        ),
    ],
)
def test_the_estimate_has_the_hour_the_runs_and_the_month(
    values: dict[str, Any],
    workers: int | None,
    threads: int | None,
    intervals: list[UsageInterval],
    month: int | None,
    expected: str,
) -> None:
    runs = estimates.collect_runs(intervals)
    found = estimates.estimate(profile(**values), workers=workers, threads=threads, runs=runs, runs_per_month=month)
    assert found.text == expected


def test_clusters_of_one_run_are_one_run_and_the_last_ten_count() -> None:
    first = [interval(0, 6), interval(0, 6, cluster="jp-b", start=600.0)]
    [run] = estimates.collect_runs(first)
    assert (run.seconds, run.core_hours, run.cost) == (960.0, pytest.approx(0.8), pytest.approx(0.4))
    assert len(estimates.collect_runs([interval(n, 6) for n in range(12)])) == 10
