"""The Redis server of the service, with the real program."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from redis_program import MISSING
from waiting import wait_until

from jupyter_pipeline import environment_variables
from jupyter_pipeline.exceptions import ServiceError
from jupyter_pipeline.orchestration.service import local_redis
from jupyter_pipeline.orchestration.service.local_redis import LocalRedis, find_broker_failure


@pytest.mark.skipif(bool(MISSING), reason=MISSING or "installed")
def test_the_server_listens_on_its_socket_with_its_password_alone(tmp_path: Path) -> None:
    server = LocalRedis(tmp_path)
    server.prepare()
    password = (server.folder / "password").read_text().strip()
    assert {path.stat().st_mode & 0o777 for path in server.folder.iterdir()} == {0o600}
    environment = {environment_variables.BROKER: server.address}
    assert find_broker_failure(environment).startswith("Redis does not answer (")
    with subprocess.Popen(server.command(), stdout=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: not find_broker_failure(environment), 20, "an answer")
            assert password not in " ".join(server.command())
            other = {environment_variables.BROKER: server.address.replace(password, "wrong")}
            assert find_broker_failure(other) == "Redis refuses the password of its address."
        finally:
            process.terminate()
    server.prepare()  # a later start
    assert (server.folder / "password").read_text().strip() == password


def test_a_missing_and_an_old_program_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_redis, "_SYSTEM_FOLDERS", "")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServiceError, match=r"apt install redis-server \(or valkey-server\)"):
        LocalRedis(tmp_path).prepare()
    program = tmp_path / "redis-server"
    program.write_text("#!/bin/sh\necho 'Redis server v=6.0.16 sha=0'\n")
    program.chmod(0o700)
    with pytest.raises(ServiceError, match=r"is version 6\.0, and several server processes need 6\.2 or later"):
        LocalRedis(tmp_path).prepare()
