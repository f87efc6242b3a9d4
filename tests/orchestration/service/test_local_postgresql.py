"""The service on PostgreSQL and Redis servers that it starts itself."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from alert_receiver import run_receiver
from postgresql import MISSING
from redis_program import MISSING as MISSING_REDIS
from waiting import wait_until

from jupyter_pipeline import environment_variables, processes
from jupyter_pipeline.exceptions import OrchestrationError, ServiceError
from jupyter_pipeline.models import Alert, DeploymentSpec, Schedule, ServiceStatus
from jupyter_pipeline.orchestration import alerts, deployments, runs, service, service_state
from jupyter_pipeline.orchestration.prefect_api.client import connect
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync
from jupyter_pipeline.orchestration.service import local_postgresql
from jupyter_pipeline.orchestration.service.local_postgresql import LocalPostgreSQL
from jupyter_pipeline.paths import service_dir

Make = Callable[..., DeploymentSpec]


def _copy_sqlite(source: Path, target: Path) -> None:
    """Copy database and key of a running service."""
    (target / "prefect").mkdir()
    with (
        sqlite3.connect(source / "prefect" / "prefect.db") as old,
        sqlite3.connect(target / "prefect/prefect.db") as new,
    ):
        old.backup(new)
    shutil.copy(source / "secrets.json", target / "secrets.json")


def _processes() -> list[psutil.Process]:
    return list(processes.with_variable(environment_variables.SERVICE, str(service_dir())))


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


def _check_several_processes(specification: Make) -> None:
    """Start several server processes on the database, and see one alert for each failure while parts are killed."""
    assert service.up(workers=2).settings == {"workers": 2}
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

        wait_until(lambda: count_alerts() == [1, 1, 1], 240, "one alert for each failure")
        assert runs.wait(deployments.run_now("shared").id, timeout=240).state == "Completed"
        assert count_alerts() == [1, 1, 1]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(bool(MISSING), reason=MISSING or "installed")
def test_deployments_move_to_a_local_server_that_survives_the_end_of_all_processes(
    live: ServiceStatus, specification: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerts.add("moving", "http://127.0.0.1:9/")
    deployments.deploy(
        specification("moving", schedules=(Schedule(cron="0 3 * * *"),), alerts=(Alert(block="moving"),))
    )
    deployments.pause("moving")
    old = service_dir()
    monkeypatch.setenv(environment_variables.STATE, str(tmp_path / "moved"))
    _copy_sqlite(old, service_dir())
    with pytest.raises(ServiceError, match=r"are in SQLite\. Add --migrate"):
        service.up(postgres="local")
    lines: list[str] = []
    try:
        status = service.up(postgres="local", migrate=True, progress=lines.append)
        assert status.database == "the local PostgreSQL"
        assert any(line.startswith("Copied ") for line in lines), lines
        (moved,) = [record for record in deployments.list_deployments() if record.name == "moving"]
        assert moved.paused
        assert ("moving", ("moving/moving",)) in [(block.name, block.used_by) for block in alerts.list_alerts()]
        server = LocalPostgreSQL(service_dir())
        password = server.folder / "password"
        assert stat.S_IMODE(password.stat().st_mode) == 0o600
        assert password.read_text().strip() not in Path(status.log).read_text()
        for process in _processes():
            assert password.read_text().strip() not in " ".join(process.cmdline())
        servers = [process for process in _processes() if process.name() == "postgres"]
        assert servers
        for process in servers:
            assert not [each for each in process.net_connections("inet") if each.status == psutil.CONN_LISTEN]
        for process in _processes():
            process.send_signal(signal.SIGKILL)
        wait_until(lambda: not _processes(), 30, "the end of the service")
        assert service.status().state == "stopped"
        if MISSING_REDIS:
            service.up()  # remembers its database
        else:
            _check_several_processes(specification)
        deployments.resume("moving")
        assert runs.wait(deployments.run_now("moving").id, timeout=240).state == "Completed"
    finally:
        assert service.down().state == "stopped"
    assert not _processes()


def test_a_missing_program_and_an_unusable_user_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_postgresql, "_PROGRAMS", tmp_path)
    with pytest.raises(ServiceError, match="apt install postgresql"):
        LocalPostgreSQL(tmp_path).prepare()
    (tmp_path / "postgresql" / "data").mkdir(parents=True)
    (tmp_path / "postgresql" / "data" / "PG_VERSION").write_text("9\n")
    with pytest.raises(ServiceError, match=r"need PostgreSQL 9\. Install it: apt install postgresql-9"):
        LocalPostgreSQL(tmp_path).command()
    monkeypatch.setattr("os.getuid", lambda: 0)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ServiceError, match="refuses to run as root"):
        local_postgresql._as_unprivileged()


def test_a_lock_of_another_program_is_removed(tmp_path: Path) -> None:
    server = LocalPostgreSQL(tmp_path)
    server.data.mkdir(parents=True)
    lock = server.data / "postmaster.pid"
    lock.write_text(f"{psutil.Process().pid}\n{server.data}\n")
    server._remove_stale_lock()
    assert not lock.exists()
