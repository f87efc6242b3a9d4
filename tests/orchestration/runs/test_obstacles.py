"""Runs that cannot start name the cause and the fix in their state and their log, with each worker."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from waiting import wait_until

from jupyter_pipeline.models import DeploymentSpec, RunRecord, ServiceStatus
from jupyter_pipeline.orchestration import deployments, runs
from jupyter_pipeline.orchestration.deployments.deployment_body import deployment_body
from jupyter_pipeline.orchestration.runs.obstacles import find_obstacle
from jupyter_pipeline.orchestration.service.run_environment import service_variables

Specify = Callable[..., DeploymentSpec]


def prepare(specification: Specify, folder: Path) -> DeploymentSpec:
    """Return a specification whose interpreter, working folder and profile can be removed."""
    work, python = folder / "work", folder / "python"
    work.mkdir()
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o700)
    profile = folder / "team.yaml"
    profile.write_text("cluster_class: distributed.LocalCluster\n")
    return specification("lost", working_directory=str(work), python=str(python), profile_file=str(profile))


def remove_interpreter(spec: DeploymentSpec) -> None:
    Path(spec.python).unlink()


def move_folder(spec: DeploymentSpec) -> None:
    Path(spec.working_directory).rename(f"{spec.working_directory}-2")


def remove_snapshot(spec: DeploymentSpec) -> None:
    shutil.rmtree(spec.path)


def remove_profile(spec: DeploymentSpec) -> None:
    Path(spec.profile_file).unlink()


LOSSES: list[tuple[Callable[[DeploymentSpec], None], str]] = [
    (remove_interpreter, "The Python interpreter"),
    (move_folder, "The notebook folder of 'lost' is gone"),
    (remove_snapshot, "The deployed code of 'lost' was removed"),
    (remove_profile, "The deployed copy of the profile 'team' of 'lost' was removed"),
]


@pytest.mark.parametrize(("lose", "expected"), LOSSES, ids=[lose.__name__ for lose, _ in LOSSES])
def test_an_obstacle_is_one_sentence_with_the_fix(
    specification: Specify, tmp_path: Path, lose: Callable[[DeploymentSpec], None], expected: str
) -> None:
    spec = prepare(specification, tmp_path)
    deployment: dict[str, Any] = {"name": "lost", **deployment_body(spec, pool="p")}
    assert find_obstacle(deployment) == ""
    lose(spec)
    assert find_obstacle(deployment).startswith(expected)
    assert "eploy again" in find_obstacle(deployment)


def test_deployments_of_other_programs_are_not_checked() -> None:
    assert find_obstacle({"name": "x", "job_variables": {"command": "/gone/python -m prefect.engine"}}) == ""


def _errors(run: RunRecord) -> list[str]:
    """Return the errors in the log of a run, of which the worker sends the last within seconds."""
    wait_until(lambda: " ERROR " in runs.read_log(run.id))
    return [line for line in runs.read_log(run.id).splitlines() if " ERROR " in line]


@pytest.mark.parametrize(("lose", "expected"), LOSSES, ids=[lose.__name__ for lose, _ in LOSSES])
def test_a_run_of_the_service_names_the_cause(
    live: ServiceStatus,
    specification: Specify,
    tmp_path: Path,
    lose: Callable[[DeploymentSpec], None],
    expected: str,
) -> None:
    spec = prepare(specification, tmp_path)
    deployments.deploy(spec, overwrite=True)
    lose(spec)
    run = runs.wait(deployments.run_now("lost").id, timeout=120)
    assert run.state == "Crashed"
    assert run.message.startswith(expected)
    assert [line.rpartition(" ERROR ")[2].strip() for line in _errors(run)] == [run.message]


def test_code_that_cannot_be_loaded_is_named(live: ServiceStatus, specification: Specify, tmp_path: Path) -> None:
    spec = prepare(specification, tmp_path)
    steps = Path(spec.path, "steps.py")
    steps.chmod(0o600)
    steps.write_text("import gone_since_the_deploy\n")
    deployments.deploy(spec, overwrite=True)
    run = runs.wait(deployments.run_now("lost").id, timeout=120)
    assert run.state == "Crashed"
    assert run.message.startswith("The code cannot be loaded: ")
    assert "gone_since_the_deploy" in run.message
    assert "The code cannot be loaded" in _errors(run)[0]


@pytest.mark.parametrize(("lose", "expected"), LOSSES[1:3], ids=[lose.__name__ for lose, _ in LOSSES[1:3]])
def test_a_run_of_another_worker_names_the_cause(
    live: ServiceStatus,
    specification: Specify,
    tmp_path: Path,
    lose: Callable[[DeploymentSpec], None],
    expected: str,
) -> None:
    environment = service_variables()
    assert environment is not None
    pool = [sys.executable, "-m", "prefect", "work-pool", "create", "other", "--type", "process", "--overwrite"]
    subprocess.run(pool, env=environment, check=True, capture_output=True)
    from dataclasses import replace

    spec = replace(prepare(specification, tmp_path), work_pool="other")
    deployments.deploy(spec, overwrite=True)
    lose(spec)
    run = deployments.run_now("lost")
    once = [sys.executable, "-m", "prefect", "worker", "start", "--pool", "other", "--run-once"]
    subprocess.run(once, env=environment, check=True, capture_output=True, timeout=120)
    found = runs.wait(run.id, timeout=60)
    assert found.state == "Crashed"
    assert found.message.startswith(expected)
