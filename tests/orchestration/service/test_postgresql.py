"""The service on a real PostgreSQL, on the loopback."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alert_receiver import run_receiver
from postgresql import MISSING, PostgreSQL, run_postgresql
from waiting import wait_until

from jupyter_pipeline import environment_variables, processes
from jupyter_pipeline.exceptions import ConfigurationError, ServiceError
from jupyter_pipeline.models import Alert, DeploymentSpec, Schedule
from jupyter_pipeline.orchestration import alerts, deployments, runs, service, service_state
from jupyter_pipeline.orchestration.prefect_api.client import connect
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync

Make = Callable[..., DeploymentSpec]


FAILURES = 6
"""Number of runs that fail before the restart, and after it."""


@pytest.fixture
def database(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostgreSQL]:
    if MISSING:
        pytest.skip(MISSING)
    with run_postgresql(tmp_path_factory.mktemp("database")) as server:
        monkeypatch.setenv(environment_variables.DATABASE, server.address)
        yield server


async def _fail_runs_async(deployment: str) -> set[str]:
    """Set new runs to Failed, as a run does, and return their names."""
    names = set()
    async with connect() as api:
        found = await api.get(f"/deployments/name/{deployment}/{deployment}")
        for _ in range(FAILURES):
            later = {"type": "SCHEDULED", "state_details": {"scheduled_time": "2099-01-01T00:00:00Z"}}
            run = await api.post(f"/deployments/{found['id']}/create_flow_run", {"state": later})
            state = {"type": "FAILED", "name": "Failed", "message": "trial"}
            await api.post(f"/flow_runs/{run['id']}/set_state", {"state": state, "force": True})
            names.add(run["name"])
    return names


_fail_runs = run_sync(_fail_runs_async)


def _check_alerts(database: PostgreSQL, specification: Make) -> None:
    """See an alert for each failure: after the first deploy on the empty database, and over a restart of it."""
    with run_receiver() as receiver:
        alerts.add("team", receiver.url)
        deployments.deploy(specification("failing", alerts=(Alert(block="team"),)))
        failed = _fail_runs("failing")  # their events wait in the server when its database stops
        database.stop()
        time.sleep(3)
        database.start()
        wait_until(lambda: service.status().state == "running", 60, "the service")
        failed |= _fail_runs("failing")

        def lost() -> set[str]:
            return {name for name in failed if not any(f"Run {name}: Failed. trial" in text for text in receiver.texts)}

        assert wait_until(lambda: not lost(), 120, "alerts for all failures")
        deployments.delete("failing")


@pytest.mark.slow
def test_the_service_works_on_postgresql(
    database: PostgreSQL, specification: Make, isolated_state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.up()
    try:
        assert not list((isolated_state / "service" / "prefect").glob("prefect.db*"))
        specs = [specification(f"stored{n}", schedules=(Schedule(cron="0 3 * * *"),)) for n in range(8)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(deployments.deploy, specs))
        assert len(deployments.list_deployments()) == 8
        deployments.deploy(dataclasses.replace(specs[0], description="changed"))
        assert deployments.rollback("stored0").version == specs[0].version
        assert runs.wait(deployments.run_now("stored0").id, timeout=120).state == "Completed"
        for process in processes.with_variable(environment_variables.SERVICE, str(isolated_state / "service")):
            if "worker" in process.cmdline():
                assert environment_variables.DATABASE not in process.environ()
        _check_alerts(database, specification)
        address = database.address.rpartition(":")[0]
        assert address not in Path(service.status().log).read_text()
    finally:
        service.down()
    monkeypatch.delenv(environment_variables.DATABASE)
    with pytest.raises(ServiceError, match="are in PostgreSQL"):
        service.up()


def test_an_address_of_another_database_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(environment_variables.DATABASE, "mysql://me:hunter2@db/prefect")
    with pytest.raises(ConfigurationError, match=environment_variables.DATABASE) as refused:
        service.up()
    assert "hunter2" not in str(refused.value)
    assert service_state.read_state() is None
