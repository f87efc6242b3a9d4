from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import Any

import pytest

from jupyter_pipeline.clusters import caps, ledger, manager, spending
from jupyter_pipeline.exceptions import ClusterStartError
from jupyter_pipeline.models import ClusterOrigin, ClusterState, Limits, Profile, UsageInterval

NOW = dt.datetime(2026, 11, 28, tzinfo=dt.UTC).timestamp()
ORIGIN = ClusterOrigin(user="ada", run="r1", run_name="calm-otter", deployment="daily")
EUROS = {"per_core_hour": 1.0, "currency": "EUR"}


def interval(hours_ago: float, hours: float, **changes: Any) -> UsageInterval:
    values: dict[str, Any] = {"cluster": "jp-1", "number": 1, "workers": 1, "cores": 1, "price": EUROS, "user": "ada"}
    return UsageInterval(start=NOW - hours_ago * 3600, seconds=hours * 3600, **{**values, **changes})


@pytest.mark.parametrize(
    ("limits", "intervals", "expected"),
    [
        ({}, [interval(9, 9)], ""),
        ({"user_budget": 3}, [interval(9, 2.9)], ""),
        (
            {"user_budget": 3},
            [interval(9, 2), interval(2, 1, number=2)],
            "the user ada in 2026-11, 3.00 EUR, is spent: 3",
        ),
        ({"user_budget": 3}, [interval(9, 9, user="bob")], ""),
        ({"user_budget": 3}, [interval(9, 9, price={**EUROS, "currency": "USD"}), interval(9, 1)], ""),
        ({"user_core_hours": 3}, [interval(9, 2, price={}), interval(9, 1)], "of the user ada in 2026-11, 3, are used"),
        pytest.param({"user_budget": 10}, [interval(27 * 24 + 8, 17)], "", id="last month: 9 hours in this one"),
        pytest.param({"user_budget": 9}, [interval(27 * 24 + 8, 17)], "is spent", id="9 hours are enough"),
        ({"deployment_budget": 3}, [interval(9, 3, deployment="other")], ""),
        ({"deployment_budget": 3}, [interval(9, 3, deployment="daily")], "of the deployment daily in 2026-11"),
        ({"run_budget": 3}, [interval(9, 2, run="r1"), interval(9, 2, run="r2")], ""),
        ({"run_budget": 3}, [interval(9, 2, run="r1"), interval(9, 1, run="r1")], "The budget of the run, 3.00 EUR"),
        ({"run_core_hours": 3}, [interval(9999, 3, run="r1")], "The core-hours of the run, 3, are used: 3.00"),
    ],
)
def test_usage_of_several_clusters_is_limited(
    limits: dict[str, float], intervals: list[UsageInterval], expected: str
) -> None:
    found = caps.check_caps(Limits(**limits), ORIGIN, "EUR", intervals, NOW, dt.UTC).stop  # type: ignore[arg-type]
    assert expected in found
    assert bool(found) is bool(expected)


@pytest.mark.parametrize(
    ("limits", "hours", "expected"),
    [
        ({"user_budget": 10}, 8.9, ""),
        ({"user_budget": 10}, 9.1, "The budget of the user ada in 2026-11, 10.00 EUR, is almost spent: 9.10 EUR"),
        ({"user_core_hours": 10}, 9.1, "The core-hours of the user ada in 2026-11, 10, are almost used: 9.10"),
    ],
)
def test_the_last_tenth_is_a_warning(limits: dict[str, float], hours: float, expected: str) -> None:
    bounds = Limits(**limits)  # type: ignore[arg-type]
    found = caps.check_caps(bounds, ORIGIN, "EUR", [interval(hours, hours)], NOW, dt.UTC)
    assert (found.stop, found.warning) == ("", expected)


def test_costs_in_other_currencies_are_noted() -> None:
    other = [interval(9, 2, price={**EUROS, "currency": "USD"}), interval(9, 3, price={"per_core_hour": 1})]
    arguments = ORIGIN, "EUR", [*other, interval(9, 1)], NOW, dt.UTC
    assert caps.note_other_currencies(Limits(user_budget=3), *arguments) == (
        "limits.user_budget counts only costs in EUR. "
        "The user ada in 2026-11 has also cost 3.00 without a currency and 2.00 USD."
    )
    assert caps.note_other_currencies(Limits(user_core_hours=3), *arguments) == ""
    assert caps.note_other_currencies(Limits(run_budget=3), *arguments) == ""
    assert caps.note_other_currencies(Limits(user_budget=3), ORIGIN, "EUR", [interval(9, 1)], NOW, dt.UTC) == ""


def test_open_intervals_count_until_now_unless_their_keeper_was_killed() -> None:
    running, killed = interval(1, 1 - 5 / 3600), interval(1, 0.5, number=2)
    assert [each.seconds for each in caps.extend_open([running, killed], NOW)] == [3600.0, 1800.0]


def test_a_running_cluster_stops_and_the_next_start_is_refused(
    make_profile: Callable[..., Profile], wait_for_record: Any
) -> None:
    profile = make_profile(
        limits={"user_core_hours": 1.0, "user_budget": 1000.0}, price={"per_core_hour": 1.0, "currency": "EUR"}
    )
    earlier = 3600 - 3  # seconds of an earlier cluster of one core
    start = max(time.time() - 7200, spending.find_month_start(time.time()))
    dollars = {"per_core_hour": 1.0, "currency": "USD"}
    usage = UsageInterval(cluster="jp-0", number=1, start=start, seconds=earlier, workers=1, cores=1, price=dollars)
    ledger.append([UsageInterval.from_dict({**usage.to_dict(), "user": manager.processes.user_name()})])
    notes: list[str] = []
    record = manager.start(profile, name="one", note=notes.append)
    assert len(notes) == 1
    assert notes[0].startswith("limits.user_budget counts only costs in EUR.")
    assert notes[0].endswith("has also cost 1.00 USD.")
    ended = wait_for_record(record, lambda r: not r.state.alive, within=30)
    assert ended.state is ClusterState.STOPPED
    assert ended.reason.startswith(f"The core-hours of the user {record.origin.user} in ")
    with pytest.raises(ClusterStartError, match=r"are used: 1\.\d+\. Raise this limit in the profile"):
        manager.start(profile, name="two")
    [row] = spending.add_up([i for i in ledger.read_intervals() if i.cluster == record.id], "profile")
    assert 0 < row.core_hours * 3600 < 15
