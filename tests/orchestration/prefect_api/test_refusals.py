from __future__ import annotations

from jupyter_pipeline.orchestration.prefect_api.refusals import describe_refusal


def test_a_refused_alternative_is_described_in_one_sentence() -> None:
    place = ["body", "schedules", 0, "schedule"]
    errors = [
        {"loc": [*place, "IntervalSchedule", "interval"], "type": "missing", "msg": "Field required"},
        {"loc": [*place, "IntervalSchedule", "cron"], "type": "extra_forbidden", "msg": "Extra inputs"},
        {"loc": [*place, "CronSchedule", "cron"], "type": "value_error", "msg": 'Value error, Invalid cron: "5L"'},
        {"loc": [*place, "RRuleSchedule", "rrule"], "type": "missing", "msg": "Field required"},
        {"loc": [*place, "RRuleSchedule", "cron"], "type": "extra_forbidden", "msg": "Extra inputs"},
    ]
    assert describe_refusal(errors) == 'Invalid cron: "5L" (field schedules.0.schedule.cron)'


def test_other_errors_are_described() -> None:
    assert describe_refusal([{"loc": ["body", "name"], "type": "missing", "msg": "Field required"}]) == (
        "Field required (field name)"
    )
    assert describe_refusal(["one", "two"]) == "one; two"
