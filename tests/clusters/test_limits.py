from __future__ import annotations

from typing import Any

import pytest

from jupyter_pipeline.clusters import limits
from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import Limits

HOUR = 3600.0


def usage(**values: Any) -> limits.Usage:
    return limits.Usage(**{"now": 10_000.0, "idle_since": None, "expires": None, **values})


@pytest.mark.parametrize(
    ("bounds", "used", "end"),
    [
        ({}, {}, ""),
        ({"idle": 100}, {"idle_since": 9_900.0}, "It had no tasks for 100 s"),
        ({"idle": 100}, {"idle_since": 9_901.0}, ""),
        ({"idle": None}, {"idle_since": 0.0}, ""),
        ({"idle": 100}, {"idle_since": None}, ""),
        ({"lifetime": 60}, {"expires": 10_000.0}, "Its lifetime of 60 s is over"),
        # A task that hangs keeps nothing alive.
        ({"lifetime": 60, "idle": 10}, {"expires": 10_000.0, "idle_since": None}, "Its lifetime of 60 s is over"),
        ({"lifetime": 60}, {"expires": 10_000.1}, ""),
        ({"budget": 5}, {"cost": 5.0, "currency": "EUR"}, "Its budget of 5.00 EUR is spent"),
        ({"budget": 5}, {"cost": 4.99}, ""),
        ({"budget": 0}, {}, "Its budget of 0.00 is spent"),
        ({"core_hours": 8}, {"core_hours": 8.0}, "Its limit of core-hours, 8, is reached"),
        ({"core_hours": 8}, {"core_hours": 7.9}, ""),
        (
            {"cost_per_hour": 2},
            {"hourly_rate": 2.1, "currency": "EUR"},
            "Its limit of the cost per hour, 2.00 EUR, is exceeded: 2.10 EUR",
        ),
        ({"cost_per_hour": 2}, {"hourly_rate": 2.0}, ""),
        ({"cost_per_hour": 2}, {"hourly_rate": None}, ""),
        ({}, {"owner_alive": False}, "Its owner process exited"),
        ({}, {"owner_alive": None}, ""),
    ],
)
def test_limits_stop_a_cluster(bounds: dict[str, Any], used: dict[str, Any], end: str) -> None:
    assert limits.check_limits(Limits(**{"idle": None, "lifetime": None, **bounds}), usage(**used)).stop == end


@pytest.mark.parametrize(
    ("bounds", "used", "warning"),
    [
        ({"lifetime": 10 * HOUR}, {"expires": 10_601.0}, ""),
        ({"lifetime": 10 * HOUR}, {"expires": 10_600.0}, "Its lifetime ends in 10 min: extend it to keep the cluster"),
        ({"lifetime": 100}, {"expires": 10_009.0}, "Its lifetime ends in 9 s: extend it to keep the cluster"),
        ({"budget": 100}, {"cost": 90.0, "currency": "EUR"}, "90.00 EUR of its budget of 100.00 EUR are spent"),
        ({"budget": 100}, {"cost": 89.0}, ""),
        ({"core_hours": 100}, {"core_hours": 90.0}, "90.0 of its 100 core-hours are used"),
        (
            {"idle": HOUR},
            {"idle_since": 10_000.0 - 3300},
            "It has no tasks and will be stopped in 5 min: extend it, or compute something",
        ),
        ({"idle": HOUR}, {"idle_since": 10_000.0 - 3000}, ""),
    ],
)
def test_limits_warn_before_they_stop_a_cluster(bounds: dict[str, Any], used: dict[str, Any], warning: str) -> None:
    verdict = limits.check_limits(Limits(**{"idle": None, "lifetime": None, **bounds}), usage(**used))
    assert verdict == limits.Decision(warning=warning)


@pytest.mark.parametrize(
    ("bounds", "expires", "seconds", "expected"),
    [
        ({}, 200.0, 50, 250.0),
        ({"max_lifetime": 250}, 200.0, 50, 250.0),
        ({}, None, 50, None),
    ],
)
def test_extension(bounds: dict[str, Any], expires: float | None, seconds: float, expected: float | None) -> None:
    assert limits.extend_lifetime(Limits(**bounds), started=0.0, expires=expires, seconds=seconds) == expected


@pytest.mark.parametrize("seconds", [0, -1, float("inf"), float("nan")])
def test_an_invalid_extension_is_refused(seconds: float) -> None:
    with pytest.raises(UsageError, match="positive"):
        limits.extend_lifetime(Limits(), started=0.0, expires=1.0, seconds=seconds)


def test_too_long_an_extension_names_the_remaining_time() -> None:
    with pytest.raises(UsageError, match=r"lifetime of 100 s, so at most 10 s more"):
        limits.extend_lifetime(Limits(max_lifetime=100), started=0.0, expires=90.0, seconds=11)


@pytest.mark.parametrize("n", [-1, True, 1.5, "3", None, 9])
def test_sizes_are_refused(n: Any) -> None:
    with pytest.raises(UsageError):
        limits.check_size(Limits(max_workers=8), n)


def test_no_cluster_has_a_million_workers() -> None:
    with pytest.raises(UsageError, match="at most 100,000, not 1,000,000,000"):
        limits.check_size(Limits(), 10**9)


@pytest.mark.parametrize(("minimum", "maximum"), [(3, 2), (0, 0), (-1, 2), (0, 9)])
def test_ranges_are_refused(minimum: int, maximum: int) -> None:
    with pytest.raises(UsageError):
        limits.check_range(Limits(max_workers=8), minimum, maximum)


def test_allowed_sizes_pass() -> None:
    assert limits.check_size(Limits(max_workers=8), 8) == 8
    assert limits.check_size(Limits(), 0) == 0
    assert limits.check_range(Limits(), 0, 4) == (0, 4)
