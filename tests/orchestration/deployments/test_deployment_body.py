from __future__ import annotations

import dataclasses
import json
import sys
from typing import Any

import pytest

from jupyter_pipeline.models import DeploymentSpec, Schedule
from jupyter_pipeline.orchestration.deployments.deployment_body import deployment_body, find_differences, spec_settings
from jupyter_pipeline.orchestration.prefect_api.records import get_schedules
from jupyter_pipeline.orchestration.prefect_api.schedule_bodies import schedule_body

SPEC = DeploymentSpec(name="n", flow_name="f", entrypoint="flow.py:f", path="/snap/1", profile="slurm")


EDGED = Schedule(cron="0 6 * * 1", timezone="Asia/Tokyo", start=4e9, end=4.1e9, slug="edged", active=True)


@pytest.mark.parametrize(
    "schedule",
    [
        EDGED,
        Schedule(every=900.0, end=4e9, slug="ends", active=False),
        Schedule(every=900.0, start=4e9, slug="starts", active=True),
    ],
)
def test_a_schedule_with_edges_goes_as_a_rule_and_comes_back(schedule: Schedule) -> None:
    spec = DeploymentSpec(**{**_fields(SPEC), "schedules": (schedule,)})
    body = deployment_body(spec, pool="p")
    sent = schedule_body(schedule)
    assert "RRULE:" in sent["rrule"]
    server = {**body, "schedules": [{"schedule": sent, "slug": schedule.slug, "active": schedule.active}]}
    assert get_schedules(json.loads(json.dumps(server))) == (schedule,)


def test_a_schedule_changed_by_another_program_is_returned_as_it_is() -> None:
    spec = DeploymentSpec(**{**_fields(SPEC), "schedules": (EDGED,)})
    body = deployment_body(spec, pool="p")
    server = {**body, "schedules": [{"schedule": {"cron": "5 5 * * *", "timezone": "UTC"}, "slug": "edged"}]}
    assert get_schedules(server) == (Schedule(cron="5 5 * * *", slug="edged", active=True),)


@pytest.mark.parametrize(
    ("python", "command"),
    [
        ("", f"{sys.executable} -m jupyter_pipeline.runtime"),
        ("/a b/python", "'/a b/python' -m jupyter_pipeline.runtime"),
    ],
)
def test_runs_get_the_interpreter(python: str, command: str) -> None:
    spec = DeploymentSpec(**{**_fields(SPEC), "python": python})
    body = deployment_body(spec, pool="p")
    assert body["job_variables"]["command"] == command
    assert body["job_variables"]["env"]["JUPYTER_PIPELINE_PROFILE"] == "slurm"


def _fields(spec: DeploymentSpec) -> dict[str, Any]:
    return {name: getattr(spec, name) for name in DeploymentSpec.__dataclass_fields__}


def test_runs_work_in_the_snapshot_by_default() -> None:
    body = deployment_body(SPEC, pool="p")
    assert body["entrypoint"] == "flow.py:f"
    assert body["pull_steps"] == [{"prefect.deployments.steps.set_working_directory": {"directory": "/snap/1"}}]
    spec = DeploymentSpec(**{**_fields(SPEC), "working_directory": "/home/me/work"})
    body = deployment_body(spec, pool="p")
    assert body["entrypoint"] == "/snap/1/flow.py:f"
    assert body["pull_steps"] == [{"prefect.deployments.steps.set_working_directory": {"directory": "/home/me/work"}}]


def test_only_what_differs_is_sent() -> None:
    body = deployment_body(SPEC, pool="p")
    server = {
        **body,
        "concurrency_limit": None,
        "global_concurrency_limit": {"limit": 1},
        "concurrency_options": {"collision_strategy": "CANCEL_NEW", "grace_period_seconds": 60},
        "description": "",
    }
    assert find_differences(body, server) == {}
    assert find_differences({**body, "version": "2"}, server) == {"version": "2"}
    assert find_differences({**body, "concurrency_limit": 2}, server) == {"concurrency_limit": 2}


def test_only_settings_of_reports_that_differ_from_the_defaults_are_sent() -> None:
    assert "report" not in spec_settings(SPEC)
    spec = dataclasses.replace(SPEC, report="hide-code", report_template="classic")
    assert spec_settings(spec)["report"] == {"mode": "hide-code", "template": "classic"}
