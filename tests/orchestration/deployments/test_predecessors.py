"""Runs start when another deployment has completed: names, cycles, automations, and real runs."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from waiting import wait_until

from jupyter_pipeline import tables
from jupyter_pipeline.compiler.codegen.prefect_yaml import render_prefect_yaml
from jupyter_pipeline.compiler.options import CompileOptions
from jupyter_pipeline.exceptions import NotFoundError, UsageError
from jupyter_pipeline.models import DeploymentSpec, RunRecord, ServiceStatus, Target
from jupyter_pipeline.orchestration import deployments, runs
from jupyter_pipeline.orchestration.alerts.automations import is_different
from jupyter_pipeline.orchestration.deployments import targets
from jupyter_pipeline.orchestration.deployments.predecessors import (
    automation_body,
    completion_edges,
    find_path,
    to_predecessor,
)
from jupyter_pipeline.orchestration.prefect_api.client import connect
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync

Make = Callable[..., DeploymentSpec]

NAMES = {"1": "load/load", "2": "report/report", "3": "load/load-staging"}


@pytest.mark.parametrize(
    ("text", "target", "full_name"),
    [
        ("load", "", "load/load"),
        ("load", "production", "load/load"),
        ("load", "staging", "load/load-staging"),
        ("etl/nightly run", "staging", "etl/nightly run"),
    ],
)
def test_a_name_is_that_of_a_pipeline_at_the_same_target(text: str, target: str, full_name: str) -> None:
    assert to_predecessor(text, target).full_name == full_name


@pytest.mark.parametrize("text", ["", "/", "load/", "/load", "a/b/c", "etl/night*", "!etl/nightly"])
def test_texts_without_one_deployment_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--after"):
        to_predecessor(text)


def _automation(successor: str, related: Any, **trigger: Any) -> dict[str, Any]:
    plain = {"match": {"prefect.resource.id": "prefect.flow-run.*"}, "expect": ["prefect.flow-run.Completed"]}
    return {
        "name": "theirs",
        "trigger": {**plain, "match_related": related, **trigger},
        "actions": [{"type": "run-deployment", "deployment_id": successor}],
    }


BY_ID = {"prefect.resource.role": "deployment", "prefect.resource.id": ["prefect.deployment.1"]}
BY_NAME = {"prefect.resource.role": "deployment", "prefect.resource.name": "load*"}


@pytest.mark.parametrize(
    ("automation", "predecessors"),
    [
        (_automation("2", BY_ID), {"load/load"}),
        (_automation("2", [BY_NAME, {"prefect.resource.name": "load"}]), {"load/load", "load/load-staging"}),
        (_automation("2", BY_ID, expect=["prefect.flow-run.*"]), {"load/load"}),
        (_automation("2", BY_ID, expect=["prefect.flow-run.Failed"]), set()),
        (_automation("2", BY_ID, match={"prefect.resource.id": "prefect.flow-run.7"}), set()),
        (_automation("2", {}), {"load/load", "report/report", "load/load-staging"}),
        (_automation("2", {"prefect.resource.id": "prefect.tag.nightly"}), set()),
        ({**_automation("2", {}), "trigger": {"triggers": [_automation("2", BY_ID)["trigger"]]}}, {"load/load"}),
        (_automation("9", BY_ID), set()),
    ],
)
def test_edges_of_automations_of_other_programs(automation: dict[str, Any], predecessors: set[str]) -> None:
    edges = completion_edges([automation], NAMES)
    assert set(edges) == predecessors
    assert all(started == {"report/report": "theirs"} for started in edges.values())


def test_a_path_goes_along_edges() -> None:
    edges = {"a": {"b": ""}, "b": {"c": "", "a": ""}, "c": {"c": ""}}
    assert find_path(edges, "a", "c") == ["a", "b", "c"]
    assert find_path(edges, "c", "a") == []


async def _automations_async() -> dict[str, dict[str, Any]]:
    async with connect() as api:
        return {found["name"]: found async for found in api.pages("/automations/filter", {})}


async def _change_async(name: str, **fields: Any) -> None:
    async with connect() as api:
        found = next(each for each in await api.post("/automations/filter", {}) if each["name"] == name)
        await api.put(f"/automations/{found['id']}", {key: found[key] for key in _SENT} | fields)


_automations, _change = run_sync(_automations_async), run_sync(_change_async)


_SENT = ("name", "description", "enabled", "trigger", "actions")


def _first_run(name: str) -> RunRecord | None:
    return next(iter(runs.list_runs(name)), None)


def test_a_completed_run_starts_the_next_deployment(
    live: ServiceStatus,
    specification: Make,
    tmp_path: Path,
) -> None:
    load = specification("load", parameters={"result": str(tmp_path / "a.txt"), "seconds": 0.25})
    report = specification("report", after=("load",), after_parameters={"seconds": "seconds"})
    with pytest.raises(NotFoundError, match=r"No deployment is called 'load/load'.*--after needs it"):
        deployments.deploy(report)
    with pytest.raises(NotFoundError, match="report"):
        deployments.find("report")  # nothing was written
    deployments.deploy(load)
    for wrong, reason in (
        ({"after": ("report",)}, "cannot run after itself"),
        ({"after_parameters": {"second": "seconds"}}, "No parameter is called 'second'"),
        ({"after_parameters": {"seconds": "second"}}, "takes it over from load/load"),
        ({"windows": {"result": "start"}}, "has no window"),
        ({"target": "staging", "name": "report-staging"}, "Deploy load with --target staging first"),
    ):
        with pytest.raises(UsageError, match=reason):
            deployments.deploy(dataclasses.replace(report, **wrong))
    name = "report/report: after load/load"
    record = deployments.deploy(report)
    assert record.schedule_text == "after load"
    assert "after load" in str(tables.deployments(deployments.list_deployments()))
    before = _automations()[name]
    assert deployments.preview(report, {}).changes == ""
    deployments.deploy(report)
    assert _automations()[name] == before  # nothing was sent

    with pytest.raises(UsageError, match="load/load → report/report → load/load"):
        deployments.deploy(dataclasses.replace(load, after=("report",)))

    runs.wait(deployments.run_now("load").id, timeout=120)
    started = wait_until(lambda: _first_run("report"), 30, "the run after it")
    assert started.automation == name
    assert started.parameters == {"seconds": 0.25}  # the value of the completed run, and no other
    assert "after load/load" in str(tables.runs([started]))
    assert runs.wait(started.id, timeout=120).state == "Completed"

    deployments.pause("report")
    assert not _automations()[name]["enabled"]
    deployments.deploy(report)
    assert deployments.find("report").schedule_text == "after load (paused)"
    deployments.resume("report")
    assert _automations()[name]["enabled"]

    _change(name, trigger={**before["trigger"], "expect": ["prefect.flow-run.Failed"]})
    assert deployments.find("report").server_changes == (
        "automation: trigger or action of the runs after load/load was changed",
    )
    deployments.deploy(report)
    assert deployments.find("report").server_changes == ()

    deployments.delete("load")
    assert deployments.find("report").schedule_text == "after load (not deployed)"
    # The automation of report waits for the name: a new deployment with it would close a circle.
    with pytest.raises(UsageError, match="load/load → report/report → load/load"):
        deployments.deploy(dataclasses.replace(load, after=("report",)))
    deployments.deploy(load)
    deployments.deploy(dataclasses.replace(report, after=(), after_parameters={}), overwrite=True)
    assert name not in _automations()
    deployments.rollback("report")
    assert name in _automations()
    deployments.delete("report")
    assert name not in _automations()

    for spec in (load, report):
        deployments.deploy(targets.apply_target(spec, Target(name="staging")))
    staged = "report/report-staging: after load/load-staging"
    assert staged in _automations()
    deployments.promote("report")
    assert name in _automations()
    for each in ("report", "report-staging", "load-staging", "load"):
        deployments.delete(each)


def test_prefect_deploy_creates_the_same_automation() -> None:
    from prefect.events.schemas.deployment_triggers import DeploymentEventTrigger

    options = CompileOptions(name="report", after=("load",), after_parameters={"seconds": "seconds"})
    manifest = yaml.safe_load(render_prefect_yaml(options, "flow.py:report", {}, ""))
    (trigger,) = manifest["deployments"][0]["triggers"]
    theirs = DeploymentEventTrigger.model_validate(trigger)
    theirs.set_deployment_id(uuid.UUID(int=1))
    found = theirs.as_automation().model_dump(mode="json")
    spec = DeploymentSpec(
        name="report",
        flow_name="report",
        entrypoint="",
        path="",
        after=options.after,
        after_parameters=options.after_parameters,
    )
    ours = automation_body(spec, to_predecessor("load"), {"id": str(uuid.UUID(int=1))})
    assert not is_different({key: ours[key] for key in ("name", "trigger", "actions")}, found)
    assert found["owner_resource"] == f"prefect.deployment.{uuid.UUID(int=1)}"
