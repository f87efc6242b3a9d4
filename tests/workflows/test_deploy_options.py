from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from jupyter_pipeline.compiler import CompileOptions
from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import Alert, DeploymentSpec
from jupyter_pipeline.workflows import deploy_options


def test_missing_options_take_the_defaults() -> None:
    settings = deploy_options.parse_options({}, name="daily")
    assert settings.compile_options.name == "daily"
    assert settings.compile_options.schedules == ()
    assert (
        settings.deployment["overlap"],
        settings.deployment["catch_up"],
        settings.deployment["concurrency_limit"],
    ) == (
        "skip",
        "latest",
        1,
    )
    assert (settings.environment, settings.rehearse, settings.target) == ("kernel", None, "")


def test_schedules_add_up_and_each_has_a_name_of_its_own() -> None:
    given = {
        "cron": ["0 6 * * *"],
        "every": ["2h", "5h"],
        "schedule": ["{cron: '0 7 * * *', timezone: Europe/Berlin, parameters: {region: eu, day: 2027-01-01}}"],
        "timezone": "UTC",
    }
    found = deploy_options.parse_options(given, name="daily").compile_options.schedules
    assert [(s.cron, s.every, s.timezone, s.slug) for s in found] == [
        ("0 6 * * *", None, "UTC", "schedule-1"),
        ("", 7200.0, "UTC", "schedule-2"),
        ("", 18000.0, "UTC", "schedule-3"),
        ("0 7 * * *", None, "Europe/Berlin", "schedule-4"),
    ]
    assert found[3].parameters == {"region": "eu", "day": "2027-01-01"}


def test_start_and_end_hold_in_the_time_zone_of_the_schedules() -> None:
    given = {"every": "1h", "timezone": "Europe/Berlin", "start": "2027-01-01", "end": "2027-02-01T12:00"}
    (schedule,) = deploy_options.parse_options(given, name="daily").compile_options.schedules
    assert (schedule.start, schedule.end) == (1798758000.0, 1801479600.0)


def test_a_completed_deployment_starts_a_run_and_passes_parameters_by_name() -> None:
    given = {"after": ["load", "etl/nightly"], "after_param": ["day", "region=area"]}
    settings = deploy_options.parse_options(given, name="daily")
    assert settings.deployment["after"] == settings.compile_options.after == ("load", "etl/nightly")
    assert settings.deployment["after_parameters"] == {"day": "day", "region": "area"}
    for wrong in (
        {"after_param": "day"},
        {"after": "load", "after_param": "day=1"},
        {"after": "x", "after_param": "="},
    ):
        with pytest.raises(UsageError, match="--after-param"):
            deploy_options.parse_options(wrong, name="daily")


def test_a_parameter_is_a_name_a_value_or_an_edge_of_the_window() -> None:
    given = {"param": ["region", "rows=10", "name=eu=1", "since={{ window.start }}", "until={{window.end}}"]}
    options = deploy_options.parse_options(given, name="daily").compile_options
    assert options.parameters == ("region", "rows", "name", "since", "until")
    assert options.defaults == {"rows": 10, "name": "eu=1"}
    assert options.windows == {"since": "start", "until": "end"}


def test_an_alert_names_its_events_or_means_all() -> None:
    settings = deploy_options.parse_options({"notify": ["oncall", "team:failure,late"]}, name="daily")
    assert settings.deployment["alerts"] == (Alert(block="oncall"), Alert(block="team", events=("failure", "late")))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"overlap": "Queue"}, "Did you mean queue?"),
        ({"overlap": "both"}, "Use skip, queue or cancel."),
        ({"catch_up": "last"}, "Did you mean latest?"),
        ({"report": "hidecode"}, "Did you mean hide-code?"),
        ({"report_template": "../lab"}, "No template of nbconvert is called"),
        ({"target": "prod"}, "Did you mean production?"),
        ({"environment": "lock"}, "Did you mean locked?"),
        ({"to": "airflow"}, "prefect or dagster"),
        ({"concurrency_limit": "0"}, "whole number from 1"),
        ({"retries": "-1"}, "whole number from 0"),
        ({"timeout": "soon"}, "such as 30m"),
        ({"memory": "8"}, "such as 8GiB"),
        ({"param": ["1x"]}, "names no parameter"),
        ({"param": ["since={{ window.begin }}"]}, "Use start or end"),
        ({"sample": ["rows"]}, "Write NAME=VALUE"),
        ({"sample": ["share=.nan"]}, "--sample: '.nan' is not a value of a parameter"),
        ({"param": ["shares=[1, -.inf]"]}, "JSON cannot represent the number -.inf"),
        ({"schedule": ["{every: 1h, parameters: {share: .inf}}"]}, "JSON cannot represent the number .inf"),
        ({"notify": ["team:"]}, "NAME:failure,late"),
        ({"notify": ["team:failed"]}, "Did you mean failure?"),
        ({"schedule": ["daily"]}, "is not a mapping"),
        ({"schedule": ["{corn: 1}"]}, "corn"),
        ({"start": "2027-01-01"}, "--start needs a schedule"),
        ({"timezone": "UTC"}, "A time zone needs a schedule"),
        ({"every": "1h", "end": "someday"}, "someday"),
        ({"cron": "0 0 31 2 *"}, "never fires"),
        ({"one_step": True}, "Add --all, or remove --one-step"),
        ({"param": ["a=1", "a={{ window.end }}"]}, "a cannot have both a value and a time window"),
        ({"tasks_on": "workers"}, "--tasks-on workers needs a cluster"),
        ({"tasks_on": "workers", "profile": "local", "require_same": True}, "Remove --require-same, or --tasks-on"),
    ],
    ids=str,
)
def test_an_invalid_option_is_refused_with_the_right_form(given: dict[str, Any], expected: str) -> None:
    with pytest.raises(UsageError) as refused:
        deploy_options.parse_options(given, name="daily")
    assert expected in str(refused.value)


def test_a_target_may_add_the_profile_of_tasks_on_workers() -> None:
    settings = deploy_options.parse_options({"tasks_on": "workers", "target": "staging"}, name="daily")
    assert settings.compile_options.on_workers


def test_every_option_has_a_name_of_its_own() -> None:
    names = [option.attribute for option in deploy_options.OPTIONS]
    assert len(names) == len(set(names))
    assert all(option.help for option in deploy_options.OPTIONS)


def test_every_option_takes_effect_through_existing_fields() -> None:
    homes = {
        "compile_options": {f.name for f in dataclasses.fields(CompileOptions)},
        "deployment": {f.name for f in dataclasses.fields(DeploymentSpec)},
        "": {f.name for f in dataclasses.fields(deploy_options.Settings)},
    }
    for option in deploy_options.OPTIONS:
        for path in option.fields:
            home, _, name = path.rpartition(".")
            assert name in homes[home], path


def test_the_schema_describes_every_option_and_its_default() -> None:
    properties = deploy_options.json_schema()["properties"]
    assert list(properties) == [option.attribute for option in deploy_options.OPTIONS]
    assert properties["cron"] == {
        "title": "Cron",
        "description": 'schedule, such as "0 6 * * 1-5"',
        "x-group": "schedule",
        "x-metavar": "EXPRESSION",
        "type": "array",
        "items": {"type": "string"},
        "default": [],
    }
    assert (properties["overlap"]["enum"], properties["overlap"]["default"]) == (["skip", "queue", "cancel"], "skip")
    assert (properties["concurrency_limit"]["minimum"], properties["concurrency_limit"]["default"]) == (1, 1)
    assert properties["standalone"]["default"] is False
    assert "default" not in properties["rehearse"]


def test_the_defaults_of_the_schema_are_accepted() -> None:
    defaults = {k: v["default"] for k, v in deploy_options.json_schema()["properties"].items() if "default" in v}
    assert deploy_options.parse_options(defaults, name="x") == deploy_options.parse_options({}, name="x")


@pytest.mark.parametrize(
    ("values", "stored"),
    [
        ({}, {}),
        ({"cron": ["0 6 * * *"], "timezone": "Europe/Berlin"}, {"cron": ["0 6 * * *"], "timezone": "Europe/Berlin"}),
        ({"retries": "3", "backoff": "1.5", "timeout": "10m"}, {"retries": 3, "backoff": 1.5, "timeout": "10m"}),
        ({"overlap": "skip", "concurrency_limit": 1, "to": "prefect"}, {}),
        ({"overlap": "queue", "concurrency_limit": "2"}, {"overlap": "queue", "concurrency_limit": 2}),
        ({"rehearse": False, "verify_alerts": None, "standalone": False}, {"rehearse": False}),
        ({"all": True, "one_step": True}, {"all": True, "one_step": True}),
        (
            {"notify": "team:failure,late", "param": ["n=3"], "tag": []},
            {"notify": ["team:failure,late"], "param": ["n=3"]},
        ),
        ({"overwrite": True, "dry_run": True}, {}),
    ],
)
def test_the_stored_values_are_the_same_deploy_again(values: dict[str, Any], stored: dict[str, Any]) -> None:
    settings = deploy_options.parse_options(values, name="daily")
    assert settings.values == stored
    again = deploy_options.parse_options(stored, name="daily")
    assert dataclasses.replace(again, overwrite=settings.overwrite) == settings


def test_the_local_time_zone_of_a_schedule_is_stored() -> None:
    settings = deploy_options.parse_options({"every": ["15m"]}, name="daily")
    assert settings.values == {"every": ["15m"], "timezone": settings.deployment["schedules"][0].timezone}
