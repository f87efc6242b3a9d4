"""Records of the API's JSON."""

from __future__ import annotations

import pytest

from jupyter_pipeline.orchestration.prefect_api.records import to_deployment_record


@pytest.mark.parametrize(
    ("deployment", "active", "paused", "text"),
    [
        (False, [], False, ""),
        (True, [], True, ""),
        (False, [True], False, "At 00:00 (UTC)"),
        (True, [True], True, "At 00:00 (UTC)"),
        (False, [False], True, "At 00:00 (UTC) (paused)"),
        (False, [True, False], False, "At 00:00 (UTC); At 01:00 (UTC) (paused)"),
        (False, [False, False], True, "At 00:00 (UTC) (paused); At 01:00 (UTC) (paused)"),
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
