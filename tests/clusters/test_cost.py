from __future__ import annotations

from typing import Any

import pytest

from jupyter_pipeline.clusters import cost


@pytest.mark.parametrize(
    ("price", "rate"),
    [({}, None), ({"per_worker_hour": 0.5}, 2.0), ({"per_core_hour": 0.1, "currency": "EUR"}, 1.6)],
)
def test_cost_of_an_hour(price: dict[str, Any], rate: float | None) -> None:
    assert cost.hourly_rate(price, workers=4, threads=16) == (rate if rate is None else pytest.approx(rate))


def test_the_cost_between_two_calls_is_added() -> None:
    meter = cost.CostMeter({"per_worker_hour": 2.0}, now=100.0)
    assert meter.total == 0
    assert meter.add(1900.0, workers=4, threads=8) == pytest.approx(4.0)
    assert meter.add(1900.0, workers=100, threads=100) == pytest.approx(4.0)
    assert meter.add(2800.0, workers=0, threads=0) == pytest.approx(4.0)
    assert meter.add(3700.0, workers=1, threads=1) == pytest.approx(4.5)
    assert meter.total == pytest.approx(4.5)
    assert meter.core_hours == pytest.approx(4.25)


def test_without_a_price_there_is_no_cost() -> None:
    meter = cost.CostMeter({}, now=0.0)
    assert meter.add(3600.0, workers=4, threads=8) == 0
    assert meter.total is None
