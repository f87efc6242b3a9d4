"""One real service for all tests of this folder, started by ``service.up`` and seen to leave nothing behind."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psutil
import pytest

from jupyter_pipeline import environment_variables, processes
from jupyter_pipeline.models import WORK_POOL, DeploymentSpec, Schedule, ServiceStatus
from jupyter_pipeline.orchestration import service
from jupyter_pipeline.orchestration.prefect_api.client import connect
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync
from jupyter_pipeline.orchestration.versions import snapshots

FLOW = """
import time
from pathlib import Path
from prefect import flow
import steps

@flow(name="{name}")
def {name}(result: str = "{result}", seconds: float = 0.0):
    time.sleep(seconds)
    with open(result, "a") as file:
        file.write(f"{{steps.work()}}\\n")
"""


AUDIT = Path(__file__).parent / "audit"


def audit_variables(state: Path) -> dict[str, str]:
    """Return the variables with which the processes of a service record the files that they write."""
    path = os.pathsep.join([str(AUDIT), *filter(None, [os.environ.get("PYTHONPATH", "").removeprefix(f"{AUDIT}:")])])
    return {"PYTHONPATH": path, "WRITTEN_FILES": str(state.parent / f"{state.name}-written")}


def processes_of(state: Path) -> list[psutil.Process]:
    return list(processes.with_variable(environment_variables.SERVICE, str(state / "service")))


@pytest.fixture(scope="session")
def running_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, ServiceStatus]]:
    state = tmp_path_factory.mktemp("service-state")
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith(("PREFECT_", "JUPYTER_PIPELINE_"))]:
            patch.delenv(name)
        for name, value in {"JUPYTER_PIPELINE_STATE": str(state), **audit_variables(state)}.items():
            patch.setenv(name, value)
        status = service.up()
    yield state, status
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PIPELINE_STATE", str(state))
        assert service.down().state == "stopped"
    assert processes_of(state) == []


@pytest.fixture
def live(running_service: tuple[Path, ServiceStatus], monkeypatch: pytest.MonkeyPatch) -> Iterator[ServiceStatus]:
    """Use the session's service, and return its status. The test leaves no deployment and no work pool there."""
    state, status = running_service
    for name, value in {"JUPYTER_PIPELINE_STATE": str(state), **audit_variables(state)}.items():
        monkeypatch.setenv(name, value)
    yield status
    with pytest.MonkeyPatch.context() as patch:
        for name in [n for n in os.environ if n.startswith("PREFECT_")]:
            patch.delenv(name)
        patch.setenv("JUPYTER_PIPELINE_STATE", str(state))
        remove_deployments()


@run_sync
async def remove_deployments() -> None:
    """Remove all deployments, and all work pools but the service's own."""
    async with connect() as api:
        for deployment in [found async for found in api.pages("/deployments/filter", {})]:
            await api.delete(f"/deployments/{deployment['id']}")
        for pool in await api.post("/work_pools/filter", {}):
            if pool["name"] != WORK_POOL:
                await api.delete(f"/work_pools/{pool['name']}")


@pytest.fixture
def specification(tmp_path: Path, isolated_state: Path) -> Callable[..., DeploymentSpec]:
    """Make the specification of a small flow, its code in a snapshot of the current state folder."""

    def make(name: str, *, schedules: tuple[Schedule, ...] = (), **more: object) -> DeploymentSpec:
        flow = FLOW.format(name=name, result=tmp_path / f"{name}.txt")
        version, path = snapshots.store_snapshot({"flow.py": flow, "steps.py": "def work():\n    return 42\n"})
        fields: Mapping[str, object] = {
            "name": name,
            "flow_name": name,
            "entrypoint": f"flow.py:{name}",
            "path": str(path),
            "version": version,
            "profile": "local",
            "schedules": schedules,
            "parameter_schema": {
                "type": "object",
                "properties": {"result": {"type": "string"}, "seconds": {"type": "number"}},
            },
            **more,
        }
        return DeploymentSpec(**fields)  # type: ignore[arg-type]

    return make
