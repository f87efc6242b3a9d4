"""Records of the API's JSON."""

from __future__ import annotations

import time

import pytest

from jupyter_pipeline.models import Predecessor
from jupyter_pipeline.orchestration.prefect_api import records
from jupyter_pipeline.orchestration.prefect_api.records import to_deployment_record


@pytest.mark.parametrize(
    ("deployment", "active", "paused", "text"),
    [
        (False, [], False, ""),
        (True, [], True, ""),
        (False, [True], False, "At 00:00 (UTC)"),
        (True, [True], True, "At 00:00 (UTC)"),
        (True, [False], True, "At 00:00 (UTC) (paused)"),
        (False, [False], True, "At 00:00 (UTC) (paused on the server)"),
        (False, [True, False], False, "At 00:00 (UTC); At 01:00 (UTC) (paused on the server)"),
        (False, [False, False], True, "At 00:00 (UTC) (paused on the server); At 01:00 (UTC) (paused on the server)"),
    ],
)
def test_a_deployment_without_an_active_schedule_is_paused(
    deployment: bool, active: list[bool], paused: bool, text: str
) -> None:
    entries = [
        {"slug": f"s{hour}", "schedule": {"cron": f"0 {hour} * * *", "timezone": "UTC"}, "active": is_active}
        for hour, is_active in enumerate(active)
    ]
    record = to_deployment_record(
        {"id": "1", "name": "daily", "paused": deployment, "schedules": entries}, flow_name="daily", last_run=None
    )
    assert (record.paused, record.schedule_text) == (paused, text)
    assert (record.next_run is None) == (paused or not active)


@pytest.mark.parametrize(
    ("deployment", "active", "enabled", "paused", "text"),
    [
        (False, [], True, False, "after load"),
        (True, [], False, True, "after load (paused, not deployed)"),
        (False, [], False, True, "after load (paused on the server, not deployed)"),
        (False, [True], False, False, "At 00:00 (UTC); after load (paused on the server, not deployed)"),
    ],
)
def test_an_automation_that_is_paused_alone_is_noted(
    deployment: bool, active: list[bool], enabled: bool, paused: bool, text: str
) -> None:
    entries = [{"schedule": {"cron": "0 0 * * *", "timezone": "UTC"}, "active": is_active} for is_active in active]
    after = Predecessor(flow_name="load", deployment="load", enabled=enabled, exists=enabled).to_dict()
    record = to_deployment_record(
        {"id": "1", "name": "report", "paused": deployment, "schedules": entries, "predecessors": [after]},
        flow_name="report",
        last_run=None,
    )
    assert (record.paused, record.schedule_text) == (paused, text)


def test_the_next_run_is_computed_again_when_it_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {"slug": "s", "schedule": {"cron": "7 3 * * *", "timezone": "UTC"}, "active": True}
    data = {"id": "i", "name": "n", "flow_id": "f", "schedules": [entry]}

    def find_next_run() -> float:
        return to_deployment_record(data, flow_name="n", last_run=None).next_run or 0.0

    first = find_next_run()
    assert time.time() < first == find_next_run()
    for stored in ((0.0, 1.0), (first, first + 1.0)):  # it is due, or the clock was set back
        monkeypatch.setattr(records, "_next_runs", dict.fromkeys(records._next_runs, stored))
        assert find_next_run() == first
