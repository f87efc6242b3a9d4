"""The service with several server processes, on PostgreSQL and Redis servers that it starts itself."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import psutil
import pytest
from alert_receiver import run_receiver
from postgresql import MISSING
from redis_program import MISSING as MISSING_REDIS
from waiting import wait_until

from jupyter_pipeline import environment_variables, processes
from jupyter_pipeline.exceptions import OrchestrationError
from jupyter_pipeline.models import Alert, DeploymentSpec
from jupyter_pipeline.orchestration import alerts, deployments, runs, service, service_state
from jupyter_pipeline.orchestration.prefect_api.client import connect
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync
from jupyter_pipeline.paths import service_dir

Make = Callable[..., DeploymentSpec]


@run_sync
async def _fail_a_run(deployment: str) -> str:
    async with connect() as api:
        found = await api.get(f"/deployments/name/{deployment}/{deployment}")
        state = {"type": "FAILED", "name": "Failed", "message": "trial"}
        return str((await api.post(f"/deployments/{found['id']}/create_flow_run", {"state": state}))["name"])


def _fail_a_run_when_accepted(deployment: str) -> str:
    names: list[str] = []

    def is_accepted() -> bool:
        try:
            names.append(_fail_a_run(deployment))
        except OrchestrationError:
            return False
        return True

    wait_until(is_accepted, 60, "an answer of the server")
    return names[0]


def _processes() -> list[psutil.Process]:
    return list(processes.with_variable(environment_variables.SERVICE, str(service_dir())))


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(bool(MISSING), reason=MISSING or "installed")
@pytest.mark.skipif(bool(MISSING_REDIS), reason=MISSING_REDIS or "installed")
def test_alerts_arrive_once_while_parts_are_killed(specification: Make) -> None:
    status = service.up(postgres="local", workers=2)
    try:
        assert status.settings == {"workers": 2}
        state = service_state.read_state()
        assert state is not None
        assert set(state.children) == {"server", "services", "worker", "postgresql", "redis"}
        with run_receiver() as receiver:
            alerts.add("team", receiver.url)
            deployments.deploy(specification("shared", alerts=(Alert(block="team"),)))
            workers = [
                process
                for process in psutil.Process(state.children["server"].pid).children()
                if "spawn_main" in " ".join(process.cmdline())
            ]
            assert len(workers) == 2
            workers[0].kill()
            failed = [_fail_a_run_when_accepted("shared")]
            for name in ("redis", "services"):
                os.kill(state.children[name].pid, signal.SIGKILL)
                failed.append(_fail_a_run_when_accepted("shared"))

            def count_alerts() -> list[int]:
                return [sum(f"Run {name}: Failed" in text for text in receiver.texts) for name in failed]

            wait_until(lambda: count_alerts() == [1, 1, 1], 120, "one alert for each failure")
            assert runs.wait(deployments.run_now("shared").id, timeout=120).state == "Completed"
            assert count_alerts() == [1, 1, 1]
    finally:
        assert service.down().state == "stopped"
    assert not _processes()
