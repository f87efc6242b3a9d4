from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
from other_user import listen_as_nobody, needs_root
from waiting import wait_until

from jupyter_pipeline import processes
from jupyter_pipeline.models import DeploymentSpec
from jupyter_pipeline.orchestration import deployments, runs, service, service_state


@needs_root
def test_a_port_that_another_user_takes_gets_no_password_and_is_left(
    specification: Callable[..., DeploymentSpec], tmp_path: Path
) -> None:
    before = service.up()
    try:
        deployments.deploy(specification("taken"))
        active = deployments.run_now("taken", {"seconds": 600})
        wait_until(lambda: runs.list_runs("taken", 1)[0].state == "Running", 90, "a run")
        old = service_state.read_secrets()
        state = service_state.read_state()
        assert state is not None
        server = processes.find(state.children["server"])
        assert server is not None
        with listen_as_nobody(tmp_path / "received", before.port) as listener:
            server.kill()
            assert listener.wait_for_port() == before.port
            listener.wait_for_client()
            wait_until(lambda: service.status().port != before.port, 90, "another port")
            wait_until(lambda: service.status().state == "running", 120, "the service")
            assert set(listener.received().split()) == {"CONNECTED"}
            assert service_state.read_secrets().auth != old.auth
            assert service_state.read_secrets().encryption_key == old.encryption_key
            url = f"{service.status().api_url}/admin/version"
            auth = httpx.BasicAuth(*old.auth.split(":", 1))
            assert httpx.get(url, auth=auth, trust_env=False).status_code == 401
            assert runs.wait(active.id, timeout=60).state == "Crashed"
            assert runs.wait(deployments.run_now("taken").id, timeout=90).state == "Completed"
            assert set(listener.received().split()) == {"CONNECTED"}
    finally:
        service.down()
