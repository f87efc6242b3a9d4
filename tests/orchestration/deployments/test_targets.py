from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_pipeline.exceptions import (
    ApiUnreachableError,
    ConfigurationError,
    NotFoundError,
    OrchestrationError,
    UsageError,
)
from jupyter_pipeline.models import DeploymentSpec, Schedule, ServiceStatus, Target
from jupyter_pipeline.orchestration import deployments, runs, service_state
from jupyter_pipeline.orchestration.deployments import targets
from jupyter_pipeline.orchestration.prefect_api.client import connect
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync
from jupyter_pipeline.orchestration.versions import snapshots
from jupyter_pipeline.paths import versions_dir
from jupyter_pipeline.workflows.rehearsal import rehearse

Make = Callable[..., DeploymentSpec]
FLOW = """
from prefect import flow

import steps

@flow(name="{name}")
def {name}(result: str = "{result}"):
    with open(result, "a") as file:
        file.write(f"{{steps.work()}}\\n")
"""
SPEC = DeploymentSpec(
    name="sales",
    flow_name="sales",
    entrypoint="flow.py:sales",
    path="/snapshots/1",
    profile="local",
    profile_file="/snapshots/2/local.yaml",
    parameters={"root": "/data", "rows": 10},
    parameter_schema={"properties": {"root": {}, "rows": {}}},
    schedules=(Schedule(cron="0 6 * * *"),),
    env={"A": "1"},
)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_both_targets_are_there_without_a_file(tmp_path: Path) -> None:
    assert targets.load(tmp_path) == {"staging": Target(name="staging"), "production": Target(name="production")}


def test_targets_are_read_and_the_pipeline_s_own_file_counts_over_the_other(tmp_path: Path) -> None:
    _write(
        tmp_path / "targets.yaml",
        "staging: {profile: local, parameters: {root: /data/staging}}\n"
        "production:\n  profile: slurm\n  required_runs: 3\n  server: prod\n  work_pool: big\n  env: {THREADS: 4}\n"
        "  schedules: [{cron: '0 6 * * 1-5', timezone: Europe/Berlin, parameters: {rows: 5}}, {every: 2h}]\n",
    )
    _write(tmp_path / "sales" / "targets.yaml", "production: {profile: cloud, schedules: []}\nnightly:\n")
    found = targets.load(tmp_path)
    assert (found["production"].profile, found["production"].required_runs, found["production"].server) == (
        "slurm",
        3,
        "prod",
    )
    assert found["production"].env == {"THREADS": "4"}
    first, second = found["production"].schedules or ()
    assert (first.cron, first.timezone, first.parameters, first.slug) == (
        "0 6 * * 1-5",
        "Europe/Berlin",
        {"rows": 5},
        "schedule-1",
    )
    assert (second.every, second.slug) == (7200.0, "schedule-2")
    own = targets.load(tmp_path, "sales")
    assert (own["production"].profile, own["production"].required_runs, own["production"].schedules) == ("cloud", 3, ())
    assert own["staging"].parameters == {"root": "/data/staging"}
    assert "nightly" in own


def test_dates_in_a_file_of_targets_are_text_as_parameters_travel(tmp_path: Path) -> None:
    _write(
        tmp_path / "targets.yaml",
        "production: {parameters: {since: 2026-01-31}, schedules: [{every: 2h, start: 2027-01-01}]}",
    )
    found = targets.load(tmp_path)["production"]
    assert found.parameters == {"since": "2026-01-31"}
    assert (found.schedules or ())[0].start == 1798761600.0


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("production: [", "is not a usable YAML file"),
        ("- production", "is no mapping of targets"),
        ("production: slurm", "production: is no mapping"),
        ("production: {profil: slurm}", "production.profil: is unknown"),
        ("production: {parameters: [1]}", "Write a mapping"),
        ("production: {required_runs: true}", "Write a whole number"),
        ("production: {required_runs: -1}", "Write 0 or more"),
        ("production: {schedules: [daily]}", "production.schedules[0]: cannot be used"),
        ("production: {schedules: [{cron: '0 0 31 2 *'}]}", "never fires"),
        ("'a b': {}", "cannot be a target's name"),
        ("production: {parameters: {share: .nan}}", "JSON cannot represent the number .nan"),
        ("production: {parameters: {key: !!binary aGk=}}", "JSON cannot represent a value of type binary"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_place(tmp_path: Path, text: str, complaint: str) -> None:
    _write(tmp_path / "targets.yaml", text)
    with pytest.raises(ConfigurationError) as refused:
        targets.load(tmp_path)
    assert complaint in str(refused.value)
    assert str(tmp_path / "targets.yaml") in str(refused.value)


def test_a_target_counts_over_the_notebook_and_leaves_the_code_alone() -> None:
    target = Target(name="staging", profile="tiny", parameters={"root": "/staging"}, schedules=(), env={"B": "2"})
    made = targets.apply_target(SPEC, target, profile_file="/snapshots/3/tiny.yaml")
    assert (made.name, made.target, made.path, made.flow_name) == ("sales-staging", "staging", SPEC.path, "sales")
    assert (made.profile, made.profile_file) == ("tiny", "/snapshots/3/tiny.yaml")
    assert (made.parameters, made.schedules, made.env) == (
        {"root": "/staging", "rows": 10},
        (),
        {"A": "1", "B": "2"},
    )
    assert targets.base_specification(made) == SPEC
    production = targets.apply_target(targets.base_specification(made), Target(name="production"))
    assert dataclasses.replace(production, base={}, target="") == SPEC


def test_a_profile_of_its_own_is_not_frozen_as_another() -> None:
    assert targets.apply_target(SPEC, Target(name="staging", profile="tiny")).profile_file == ""
    assert targets.apply_target(SPEC, Target(name="staging", profile="local")).profile_file == SPEC.profile_file


def test_a_parameter_that_the_pipeline_does_not_have_is_refused() -> None:
    with pytest.raises(UsageError, match=r"sets the parameter 'rot'.*It has: root, rows"):
        targets.apply_target(SPEC, Target(name="staging", parameters={"rot": 1}))


def test_a_promotion_moves_the_same_code(live: ServiceStatus, specification: Make, tmp_path: Path) -> None:
    spec = specification("moved", schedules=(Schedule(cron="0 3 * * *"),))
    staging = Target(name="staging", parameters={"seconds": 0.1}, schedules=())
    staged = deployments.deploy(targets.apply_target(spec, staging))
    assert (staged.name, staged.target, staged.schedules) == ("moved-staging", "staging", ())
    production = Target(name="production", env={"WHERE": "production"}, required_runs=1)
    with pytest.raises(OrchestrationError, match="has 0 good runs in a row"):
        deployments.promote("moved", target=production)
    assert runs.wait(deployments.run_now("moved-staging").id, timeout=120).state == "Completed"
    changes: list[str] = []
    moved = deployments.promote("moved", target=production, report=changes.append)
    assert not changes, "the first version replaces nothing"
    assert (moved.name, moved.target, moved.version, staged.version) == (
        "moved",
        "production",
        spec.version,
        spec.version,
    )
    assert moved.schedule_text == "At 03:00 (UTC)"
    assert [version.target for version in deployments.list_versions("moved")] == ["production"]
    with pytest.raises(OrchestrationError, match="has 1 good run in a row"):
        deployments.promote("moved", required_runs=2)
    broken = str(tmp_path / "no" / "folder")
    assert runs.wait(deployments.run_now("moved-staging", {"result": broken}).id, timeout=120).state == "Failed"
    with pytest.raises(OrchestrationError, match="has 0 good runs in a row"):
        deployments.promote("moved", target=production)
    assert deployments.promote("moved", required_runs=0, report=changes.append).version == spec.version
    (text,) = changes
    assert "The settings of 'moved' change with the code" in text
    assert re.search(r"^-.*WHERE: production", text, re.MULTILINE)


def test_a_flow_outside_staging_is_not_promoted(live: ServiceStatus, specification: Make) -> None:
    deployments.deploy(targets.apply_target(specification("staged"), Target(name="staging")))
    with pytest.raises(NotFoundError, match="Did you mean staged-staging"):
        deployments.promote("stagd")


def test_a_target_may_name_another_server(
    live: ServiceStatus, specification: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")  # the configured one, which is down
    monkeypatch.setenv("PROD_API_URL", live.api_url)
    monkeypatch.setenv("PREFECT_API_AUTH_STRING", service_state.read_secrets().auth)
    target = Target(name="production", server="${PROD_API_URL}")
    deployments.deploy(targets.apply_target(specification("abroad"), target))
    assert [version.current for version in deployments.list_versions("abroad")] == [True]
    assert deployments.pause("abroad").paused
    assert deployments.find("abroad/abroad").target == "production"
    assert runs.list_runs("abroad", scheduled=True) == []
    with pytest.raises(UsageError, match="bound to the time window"):
        runs.backfill("abroad", 0, 1)
    deployments.delete("abroad")
    with pytest.raises(ApiUnreachableError):
        deployments.list_deployments()


async def _store_secret_async(name: str, value: str) -> None:
    async with connect() as api:
        await api.post("/block_types/install_system_block_types", {})
        kind = (await api.get("/block_types/slug/secret"))["id"]
        (schema, *_) = await api.post("/block_schemas/filter", {"block_schemas": {"block_type_id": {"any_": [kind]}}})
        body = {"name": name, "data": {"value": value}, "block_type_id": kind, "block_schema_id": schema["id"]}
        await api.post("/block_documents/", body)


_store_secret = run_sync(_store_secret_async)


def test_a_secret_is_refused_and_a_reference_has_its_value_in_rehearsal_and_run(
    live: ServiceStatus, specification: Make, tmp_path: Path
) -> None:
    code = {
        "flow.py": FLOW.format(name="referring", result=tmp_path / "result.txt"),
        "steps.py": "import os\n\ndef work():\n    return os.environ['DB_ADDRESS']\n",
    }
    version, path = snapshots.store_snapshot(code)
    spec = dataclasses.replace(specification("referring"), version=version, path=str(path))
    address = "postgresql://me:hunter2hunter2@db/sales"
    for changes in (
        {"env": {"DB_ADDRESS": address}},
        {"schedules": (Schedule(cron="0 6 * * *", parameters={"result": address}),)},
    ):
        with pytest.raises(UsageError, match=r"contains a password.*prefect\.blocks\.secret") as refused:
            deployments.deploy(dataclasses.replace(spec, **changes))  # type: ignore[arg-type]
        assert "hunter2" not in str(refused.value)
    assert not (versions_dir() / "referring").exists()
    _store_secret("db", address)
    spec = dataclasses.replace(spec, env={"DB_ADDRESS": "{{ prefect.blocks.secret.db }}"})
    done = rehearse(code, "flow.py:referring", working_directory=tmp_path, environment=spec.env)
    assert done.error == ""
    deployments.deploy(spec)
    assert runs.wait(deployments.run_now("referring").id, timeout=120).state == "Completed"
    assert (tmp_path / "result.txt").read_text().split() == [address, address]
    for file in versions_dir().rglob("*.json"):
        assert "hunter2" not in file.read_text()
