"""The service on a real PostgreSQL, on the loopback."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from waiting import wait_until

from jupyter_pipeline import environment_variables, processes
from jupyter_pipeline.exceptions import ConfigurationError, ServiceError
from jupyter_pipeline.models import DeploymentSpec, Schedule
from jupyter_pipeline.orchestration import deployments, runs, service, service_state

Make = Callable[..., DeploymentSpec]


@contextlib.contextmanager
def _server(folder: Path) -> Iterator[str]:
    """Run a server with an empty database, and yield its address for Prefect; on return it is gone."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None, key=lambda path: int(path.parent.name))
    if programs is None:
        pytest.skip("PostgreSQL is not installed")
    owner = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    data = folder / "postgres"
    data.mkdir()
    shutil.chown(data, owner)
    for parent in data.parents:  # the server's user must pass
        if parent.stat().st_uid == os.getuid() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    _as(owner, [programs / "initdb", "-D", data, "-A", "trust", "-U", "prefect", "--no-sync"])
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [str(programs / "postgres"), "-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", "", "-F"]
    log = (folder / "postgres.log").open("wb")
    with log, subprocess.Popen(command, user=owner, stdout=log, stderr=log, cwd="/") as process:
        try:
            _await(programs, port, process)
            _as(owner, [programs / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "prefect", "prefect"])
            yield f"postgresql+asyncpg://prefect@127.0.0.1:{port}/prefect"
        finally:
            process.terminate()
            process.wait(30)


def _await(programs: Path, port: int, process: subprocess.Popen[bytes]) -> None:
    ready: list[str | Path] = [programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]

    def is_ready() -> bool:
        assert process.poll() is None
        return subprocess.run(ready, check=False).returncode == 0

    wait_until(is_ready, 60, "PostgreSQL")


def _as(owner: str, command: list[str | Path]) -> None:
    subprocess.run(command, user=owner, check=True, capture_output=True, cwd="/")


@pytest.fixture
def database(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with _server(tmp_path_factory.mktemp("database")) as address:
        monkeypatch.setenv(environment_variables.DATABASE, address)
        yield address


@pytest.mark.slow
def test_the_service_works_on_postgresql(
    database: str, specification: Make, isolated_state: Path, monkeypatch: pytest.MonkeyPatch
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
        address = f"{database.rpartition(':')[0]}"
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
