from __future__ import annotations

import json

import pytest

from jupyter_pipeline.models import Schedule
from jupyter_pipeline.orchestration.prefect_api.schedule_bodies import schedule_body, to_schedule


@pytest.mark.parametrize(
    "schedule",
    [
        Schedule(cron="0 6 * * 1-5", timezone="Europe/Berlin", slug="a", active=True),
        Schedule(every=900.0, slug="b", active=False, parameters={"x": 1}),
        Schedule(every=86400.0, timezone="America/New_York", slug="c", active=True),
        Schedule(every=60.0, start=1700000000.0, slug="d", active=True),
        Schedule(rrule="DTSTART:20240101T060000\nRRULE:FREQ=DAILY", timezone="Asia/Tokyo", slug="e", active=True),
    ],
)
def test_a_schedule_comes_back_as_it_went(schedule: Schedule) -> None:
    body = json.loads(json.dumps(schedule_body(schedule)))
    entry = {"schedule": body, "slug": schedule.slug, "active": schedule.active, "parameters": schedule.parameters}
    assert to_schedule(entry) == schedule


def test_a_rule_without_a_start_is_given_one() -> None:
    body = schedule_body(Schedule(rrule="RRULE:FREQ=DAILY"))
    assert body["rrule"] == "DTSTART:20200101T000000\nRRULE:FREQ=DAILY"
