"""Runs that a killed ``jupyter pipeline serve`` has left open."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable

import pytest

from jupyter_pipeline import processes
from jupyter_pipeline.models import DeploymentSpec
from jupyter_pipeline.orchestration import deployments, runs
from jupyter_pipeline.orchestration.prefect_api.client import connect
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync
from jupyter_pipeline.paths import serving_dir

Make = Callable[..., DeploymentSpec]


@run_sync
async def _serve_a_run(name: str) -> tuple[str, str]:
    """Return the id of a running run that no work pool has, and the key of the server."""
    async with connect() as api:
        found = await api.get(f"/deployments/name/{name}/{name}")
        await api.patch(f"/deployments/{found['id']}", {"work_pool_name": None, "work_queue_name": None})
        state = {"type": "SCHEDULED", "state_details": {"scheduled_time": "2099-01-01T00:00:00Z"}}
        run = await api.post(f"/deployments/{found['id']}/create_flow_run", {"state": state})
        await api.post(f"/flow_runs/{run['id']}/set_state", {"state": {"type": "RUNNING"}, "force": True})
        return run["id"], api.endpoint.key


@pytest.mark.usefixtures("live")
def test_the_next_serve_ends_the_runs_of_a_killed_process(specification: Make) -> None:
    deployments.deploy(specification("orphans"))
    run, server = "", ""
    with runs.record_serving("orphans", "orphans", "http://elsewhere/api"):
        (path,) = serving_dir().iterdir()
        record = json.loads(path.read_bytes())
        run, server = _serve_a_run("orphans")
        path.write_text(json.dumps({**record, "server": server}))
        assert runs.crash_served_runs("orphans") == []  # its process is running
        gone = dataclasses.replace(processes.this_process(), started=1.0)
        path.write_text(json.dumps({**record, "server": server, "process": gone.to_dict()}))
        assert runs.crash_served_runs("another") == []
        path.write_text(json.dumps({**record, "server": server, "process": gone.to_dict(), "since": 1e10}))
        assert runs.crash_served_runs("orphans") == []  # the run is older
        path.write_text(json.dumps({**record, "server": server, "process": gone.to_dict()}))
        assert len(runs.crash_served_runs("orphans")) == 1
        assert not path.exists()
    found = runs.find(run)
    assert (found.state, found.message) == ("Crashed", runs.SERVER_ENDED)
    deployments.delete("orphans")
