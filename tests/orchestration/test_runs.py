from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_pipeline.exceptions import NotFoundError, OrchestrationError, UsageError
from jupyter_pipeline.models import DeploymentSpec, RunRecord, Schedule, ServiceStatus
from jupyter_pipeline.orchestration import deployments, runs

Make = Callable[..., DeploymentSpec]


def test_the_schedule_itself_fires_a_run(live: ServiceStatus, specification: Make, tmp_path: Path) -> None:
    deployments.deploy(specification("ticking", schedules=(Schedule(every=5.0),)))
    states: list[str] = []
    run = runs.wait_scheduled("ticking", timeout=120, progress=lambda record: states.append(record.state))
    deployments.pause("ticking")
    assert (run.state, run.auto_scheduled, run.deployment) == ("Completed", True, "ticking")
    assert states[-1] == "Completed"
    assert (tmp_path / "ticking.txt").read_text().startswith("42")
    assert run.id in [record.id for record in runs.list_runs("ticking")]
    assert {record.name: record for record in deployments.list_deployments()}["ticking"].last_run is not None


def test_a_run_is_started_awaited_and_read(live: ServiceStatus, specification: Make, tmp_path: Path) -> None:
    deployments.deploy(specification("manual"))
    result = tmp_path / "elsewhere.txt"
    run = deployments.run_now("manual", {"result": str(result)})
    ended = runs.wait(run.id, timeout=120)
    assert (ended.state, ended.auto_scheduled) == ("Completed", False)
    assert result.read_text() == "42\n"
    assert oct(result.stat().st_mode & 0o777) == "0o644"  # by the umask of the user, not of the service
    assert "Beginning flow run" in _logs_with(run.name, "Finished in state Completed")


def _logs_with(run: str, text: str) -> str:
    """Return the log once it holds `text`: the process of a run sends it in parts."""
    deadline = time.monotonic() + 20
    while text not in (log := runs.logs(run)) and time.monotonic() < deadline:
        time.sleep(0.5)
    return log


def test_a_failed_run_tells_why(live: ServiceStatus, specification: Make, tmp_path: Path) -> None:
    deployments.deploy(specification("failing"))
    run = runs.wait(
        deployments.run_now("failing", {"result": str(tmp_path / "no" / "such" / "folder")}).id, timeout=120
    )
    assert run.state == "Failed"
    assert "FileNotFoundError" in run.message
    assert "No such file or directory" in _logs_with(run.id, "Finished in state Failed")


def test_a_run_is_cancelled(live: ServiceStatus, specification: Make, tmp_path: Path) -> None:
    deployments.deploy(specification("long"))
    run = deployments.run_now("long", {"seconds": 300})
    _await_state(run, "Running")
    with pytest.raises(OrchestrationError, match="it goes on"):
        runs.wait(run.id, timeout=0.1)
    assert runs.cancel(run.id).state == "Cancelling"
    assert runs.wait(run.id, timeout=60).state == "Cancelled"
    assert not (tmp_path / "long.txt").exists()
    with pytest.raises(UsageError, match="has ended already"):
        runs.cancel(run.id)


def _await_state(run: RunRecord, state: str) -> None:
    deadline = time.monotonic() + 60
    while runs.list_runs(run.deployment, 1)[0].state != state:
        assert time.monotonic() < deadline
        time.sleep(0.3)


def test_an_unknown_run_is_named(live: ServiceStatus) -> None:
    with pytest.raises(NotFoundError, match="No run is called 'nobody'"):
        runs.logs("nobody")


def test_waiting_for_a_schedule_that_makes_no_run_ends(live: ServiceStatus, specification: Make) -> None:
    deployments.deploy(specification("unscheduled"))
    with pytest.raises(OrchestrationError, match="the schedule has made none"):
        runs.wait_scheduled("unscheduled", timeout=1)


def test_relative_paths_count_from_the_working_directory(
    live: ServiceStatus, specification: Make, tmp_path: Path
) -> None:
    deployments.deploy(specification("relative", working_directory=str(tmp_path), parameters={"result": "here.txt"}))
    assert runs.wait(deployments.run_now("relative").id, timeout=120).state == "Completed"
    assert (tmp_path / "here.txt").read_text() == "42\n"
